import { queryOnce } from './servers.ts';
import type { Side } from './sides.ts';
import { percentile } from './statistics.ts';

/** Seconds from the deadline to the stored prepare, and how many are still to be prepared. */
export interface Lateness {
  readonly p50: number;
  readonly p99: number;
  readonly missing: number;
}

const LATE = `select extract(epoch from min(retry.recorded_at))::float8
  - (created.document #>> '{body,0,body,retryState,nextRetryAt}')::float8 / 1000 as late
from redress.event_stream created
left join redress.event_stream retry on retry.aggregate_id = created.aggregate_id and retry.version = 2
where created.version = 1 and created.aggregate_id = any($1)
group by created.aggregate_id, created.document order by late`;

/** How late these records were prepared, which have fallen due; null: none was. */
export async function readLateness({ databaseUrl }: Side, ids: readonly string[]): Promise<Lateness | null> {
  const rows = await queryOnce<{ late: number | null }>(databaseUrl, LATE, [ids]);
  const lates = rows.flatMap(({ late }) => late ?? []);
  if (lates.length === 0) return null;
  return { p50: percentile(lates, 0.5), p99: percentile(lates, 0.99), missing: rows.length - lates.length };
}

export const formatLateness = (lateness: Lateness | null): string =>
  lateness === null
    ? 'none'
    : `p50 ${lateness.p50.toFixed(2)} s, p99 ${lateness.p99.toFixed(2)} s` +
      (lateness.missing === 0 ? '' : `, ${lateness.missing} are not prepared yet`);
