import { StoreTimeout, StoreUnavailable } from '../store/index.ts';
import { GatewayError } from './errors.ts';
import { createTurns } from './turns.ts';

/** Creates that are stored at a time: as many as go into the groups that are on their way, so that none waits long. */
const MAX_STORING = 128;
/** Creates that may wait for their turn. */
const MAX_QUEUED = 4_096;

/** The way of creates into the store. In a storm they wait here for their turn, longer than for a connection. */
export interface StoreDoor {
  /**
   * Does `work` when it is its turn.
   * @throws GatewayError TooManyRequests where that does not come within `patience` milliseconds
   * @throws StoreUnavailable where Postgres is found to be away meanwhile, and what `work` throws
   */
  pass<Result>(patience: number, work: () => Promise<Result>): Promise<Result>;
}

export function createStoreDoor(): StoreDoor {
  let inside = 0;
  const turns = createTurns();

  return {
    async pass(patience, work) {
      if (turns.waiting() >= MAX_QUEUED) throw tooMany();
      const enter = (): void => {
        inside += 1;
      };
      if (inside < MAX_STORING) enter();
      else await turns.wait(patience, tooMany, enter);
      try {
        return await work();
      } catch (error) {
        // The others need not find out one after the other. A slow statement says nothing about theirs.
        if (error instanceof StoreUnavailable && !(error instanceof StoreTimeout)) turns.end(error);
        throw error;
      } finally {
        inside -= 1;
        turns.next();
      }
    },
  };
}

const tooMany = (): GatewayError =>
  new GatewayError(
    'TooManyRequests',
    'More failures are reported than can be stored in time. Send this one again in a moment, with the same request id.',
    { retryAfter: 1 },
  );
