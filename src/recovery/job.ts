import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import { type Leadership, StoreUnavailable } from '../store/index.ts';
import { TemporalUnavailable } from '../temporal/index.ts';
import { createTrouble } from './trouble.ts';

/** Milliseconds before what failed, or was broken off, is done again. */
export const RETRY_INTERVAL = 5_000;
/** Milliseconds between two looks whether this process leads now. */
const IDLE = 1_000;

export interface Job {
  /** As the log calls it. */
  readonly name: string;
  readonly leadership: Leadership;
  readonly log: Logger;
  /** Does it, for as long as it `goesOn`. Returns the milliseconds before it is to be done again. */
  readonly work: (goesOn: () => boolean) => Promise<number>;
}

/** Does a job again and again in the process that leads, beside everything else. */
export function runJob({ name, leadership, log, work }: Job): { stop(): Promise<void> } {
  const stopping = new AbortController();
  const trouble = createTrouble(log, name);
  const goesOn = (): boolean => !stopping.signal.aborted && leadership.isLeader();
  let next = Number.NEGATIVE_INFINITY;

  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      if (performance.now() >= next && leadership.isLeader()) {
        let pause = RETRY_INTERVAL;
        try {
          pause = await work(goesOn);
          trouble.ended();
        } catch (error) {
          if (error instanceof StoreUnavailable || error instanceof TemporalUnavailable) trouble.began(error);
          else log.error({ err: error }, `${name} failed and goes on`);
        }
        next = performance.now() + pause;
      }
      await delay(IDLE, undefined, { signal: stopping.signal, ref: false }).catch(() => undefined);
    }
  };
  const running = run();
  return {
    async stop() {
      stopping.abort();
      await running;
    },
  };
}
