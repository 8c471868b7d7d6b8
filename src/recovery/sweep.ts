import type { Logger } from 'pino';
import { type Pool, isSwept, markSwept, withoutOpenRecord } from '../store/index.ts';
import type { Executions } from '../temporal/index.ts';

/**
 * Ends the workflows that run for nothing: where Postgres was set back, their records are over there already, or were never
 * created. Each is asked to look at its record and then ends by itself. Done once in every Temporal epoch after the first; what
 * is broken off is begun again. A workflow whose create is still on its way only looks in vain.
 * @throws StoreUnavailable, TemporalUnavailable
 */
export async function sweepWorkflows(
  { pool, executions, log }: { readonly pool: Pool; readonly executions: Executions; readonly log: Logger },
  epoch: number,
  stopping: AbortSignal,
): Promise<void> {
  if (await isSwept(pool, epoch)) return;
  let asked = 0;
  let page: Awaited<ReturnType<Executions['running']>> | null = null;
  do {
    page = await executions.running(page?.next ?? null);
    for (const id of await withoutOpenRecord(pool, page.ids)) {
      if (stopping.aborted) return;
      if (await executions.sync(id)) asked += 1;
    }
  } while (page.next !== null);
  await markSwept(pool, epoch);
  if (asked > 0) log.info({ workflows: asked, epoch }, 'asked workflows to end that ran for no open record');
}
