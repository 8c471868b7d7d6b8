import { StoreTimeout, StoreUnavailable } from '../store/index.ts';
import { GatewayError } from './errors.ts';

/** Creates that are stored at a time: for each there is a connection, so that none gives up for want of one. */
const MAX_STORING = 8;
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

interface Waiting {
  enter(): void;
  giveUp(error: Error): void;
}

export function createStoreDoor(): StoreDoor {
  let inside = 0;
  const queue: Waiting[] = [];

  const turn = (patience: number): Promise<void> =>
    new Promise((resolve, reject) => {
      const waiting: Waiting = {
        enter() {
          clearTimeout(timer);
          inside += 1;
          resolve();
        },
        giveUp(error) {
          clearTimeout(timer);
          reject(error);
        },
      };
      const timer = setTimeout(() => {
        queue.splice(queue.indexOf(waiting), 1);
        reject(tooMany());
      }, patience);
      queue.push(waiting);
    });

  return {
    async pass(patience, work) {
      if (queue.length >= MAX_QUEUED) throw tooMany();
      if (inside < MAX_STORING) inside += 1;
      else await turn(patience);
      try {
        return await work();
      } catch (error) {
        // The others need not find out one after the other. A slow statement says nothing about theirs.
        if (error instanceof StoreUnavailable && !(error instanceof StoreTimeout)) {
          for (const waiting of queue.splice(0)) waiting.giveUp(error);
        }
        throw error;
      } finally {
        inside -= 1;
        queue.shift()?.enter();
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
