import { StoreTimeout, StoreUnavailable } from '../store/index.ts';
import { createDoor } from './door.ts';
import { GatewayError } from './errors.ts';

/** Creates that are stored at a time: as many as go into the groups that are on their way, so that none waits long. */
const MAX_STORING = 128;
/** Creates that may wait for their turn. */
const MAX_QUEUED = 4_096;

/** The way of creates into the store. In a storm they wait here for their turn, longer than for a connection. */
export interface StoreDoor {
  /**
   * Does `work` when it is its turn, and once more where only its connection broke.
   * @throws GatewayError TooManyRequests where its turn does not come within `patience` milliseconds
   * @throws StoreUnavailable where Postgres is found to be away meanwhile, and what `work` throws
   */
  pass<Result>(patience: number, work: () => Promise<Result>): Promise<Result>;
}

/** `isReachable`: whether Postgres can be reached right now, whatever became of one connection. */
export function createStoreDoor(isReachable: () => Promise<boolean>): StoreDoor {
  const door = createDoor(MAX_STORING, MAX_QUEUED);
  let asking: Promise<boolean> | null = null;
  /** Connections break together: one of those who lost theirs asks for all. */
  const ask = (): Promise<boolean> =>
    (asking ??= isReachable().finally(() => {
      asking = null;
    }));

  return {
    pass: (patience, work) =>
      door.pass(patience, tooMany, async () => {
        try {
          return await work();
        } catch (error) {
          // A slow statement says nothing about the connection.
          if (!(error instanceof StoreUnavailable) || error instanceof StoreTimeout) throw error;
          if (await ask()) return await work();
          // The others need not find out one after the other.
          door.end(error);
          throw error;
        }
      }),
  };
}

const tooMany = (): GatewayError =>
  new GatewayError(
    'TooManyRequests',
    'More failures are reported than can be stored in time. Send this one again in a moment, with the same request id.',
    { retryAfter: 1 },
  );
