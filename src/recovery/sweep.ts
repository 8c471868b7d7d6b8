import type { Logger } from 'pino';
import { type Leadership, type Pool, isSwept, markSwept, withoutOpenRecord } from '../store/index.ts';
import type { Executions } from '../temporal/index.ts';
import { runJob } from './job.ts';

/** Milliseconds between two looks whether the epoch is another one. */
const INTERVAL = 5_000;

export interface SweepDeps {
  readonly pool: Pool;
  readonly executions: Executions;
  readonly leadership: Leadership;
  /** The Temporal epoch; 0: Temporal is not there yet. */
  readonly epoch: () => number;
  readonly log: Logger;
}

/**
 * Ends the workflows that run for nothing: where Postgres was set back, their records are over there already, or were never
 * created. Each is asked to look at its record and then ends by itself. Done once in every Temporal epoch after the first; what
 * is broken off is begun again. A workflow whose create is still on its way only looks in vain.
 */
export function runSweep(deps: SweepDeps): { stop(): Promise<void> } {
  const { pool, executions, leadership, log } = deps;
  return runJob({
    name: 'the sweep',
    leadership,
    log,
    async work(goesOn) {
      const epoch = deps.epoch();
      if (epoch === 0 || (await isSwept(pool, epoch))) return INTERVAL;
      let asked = 0;
      for (let page = await executions.running(null); ; page = await executions.running(page.next)) {
        for (const id of await withoutOpenRecord(pool, page.ids)) {
          if (!goesOn()) return INTERVAL;
          if (await executions.sync(id)) asked += 1;
        }
        if (page.next === null) break;
        if (!goesOn()) return INTERVAL;
      }
      await markSwept(pool, epoch);
      if (asked > 0) log.info({ workflows: asked, epoch }, 'asked workflows to end that ran for no open record');
      return INTERVAL;
    },
  });
}
