import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import { type Leadership, StoreUnavailable } from '../store/index.ts';
import { type Removal, type RetentionDeps, removeFinishedRecords } from './removal.ts';
import { createTrouble } from './trouble.ts';

/** Milliseconds between two runs. */
const INTERVAL = 60 * 60_000;
/** Milliseconds before a run that did not come to its end is begun again. */
const RETRY_INTERVAL = 5_000;
/** Milliseconds between two looks whether this process leads now. */
const IDLE = 1_000;

export interface RetentionJobDeps extends RetentionDeps {
  readonly leadership: Leadership;
  /** Milliseconds for which a finished record is kept. */
  readonly retention: number;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Told of every run that came to its end, for whoever counts. */
  readonly onRun: (removal: Removal) => void;
  readonly log: Logger;
}

/** Removes records that are finished for long, every hour, in the process that leads; stops within one batch. */
export function runRetention(deps: RetentionJobDeps): { stop(): Promise<void> } {
  const { leadership, log } = deps;
  const stopping = new AbortController();
  const trouble = createTrouble(log, 'retention');
  let next = 0;

  const runOnce = async (): Promise<void> => {
    next = performance.now() + RETRY_INTERVAL;
    const removal = await removeFinishedRecords(deps, deps.now() - deps.retention, {
      goesOn: () => !stopping.signal.aborted && leadership.isLeader(),
    });
    trouble.ended();
    if (!removal.isComplete) return;
    next = performance.now() + INTERVAL;
    deps.onRun(removal);
  };

  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      try {
        if (performance.now() >= next && leadership.isLeader()) await runOnce();
      } catch (error) {
        if (error instanceof StoreUnavailable) trouble.began(error);
        else log.error({ err: error }, 'retention failed and goes on');
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
