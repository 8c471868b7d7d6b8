import type { Logger } from 'pino';
import { type Leadership, type Pool, pruneInstances, pruneRedeliveries, pruneRefusals } from '../store/index.ts';
import { runJob } from './job.ts';

const INTERVAL = 10 * 60_000;
/** Rows of one statement; redeliveries are as large as stack traces. */
const REFUSALS = 2_000;
const REDELIVERIES = 500;

export interface PruningDeps {
  readonly pool: Pool;
  readonly leadership: Leadership;
  readonly log: Logger;
}

/** Forgets what is kept for a day only: refusals, redeliveries and instances. */
export function runPruning({ pool, leadership, log }: PruningDeps): { stop(): Promise<void> } {
  return runJob({
    name: 'pruning',
    leadership,
    log,
    async work(goesOn) {
      while ((await pruneRefusals(pool, REFUSALS)) === REFUSALS && goesOn());
      while ((await pruneRedeliveries(pool, REDELIVERIES)) === REDELIVERIES && goesOn());
      await pruneInstances(pool);
      return INTERVAL;
    },
  });
}
