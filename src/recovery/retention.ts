import type { Logger } from 'pino';
import type { Leadership } from '../store/index.ts';
import { RETRY_INTERVAL, runJob } from './job.ts';
import { type Removal, type RetentionDeps, removeFinishedRecords } from './removal.ts';

/** Milliseconds between two runs. */
const INTERVAL = 60 * 60_000;

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
  return runJob({
    name: 'retention',
    leadership,
    log,
    async work(goesOn) {
      const removal = await removeFinishedRecords(deps, deps.now() - deps.retention, { goesOn });
      if (!removal.isComplete) return RETRY_INTERVAL;
      deps.onRun(removal);
      return INTERVAL;
    },
  });
}
