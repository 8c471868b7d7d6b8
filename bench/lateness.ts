import { PREPARED } from './drains.ts';
import { readReached } from './due.ts';
import type { Side } from './sides.ts';
import { ascending, percentile } from './statistics.ts';

/** Seconds from the deadline to the stored prepare, and how many are still to be prepared. */
export interface Lateness {
  readonly p50: number;
  readonly p99: number;
  readonly missing: number;
}

/** How late these records were prepared, which have fallen due; null: none was. */
export async function readLateness(side: Side, ids: readonly string[]): Promise<Lateness | null> {
  const reached = await readReached(side, { ids }, PREPARED);
  if (reached.length === 0) return null;
  const lates = ascending(reached.map(({ at, due }) => (at - due) / 1_000));
  return { p50: percentile(lates, 0.5), p99: percentile(lates, 0.99), missing: ids.length - lates.length };
}

export const formatLateness = (lateness: Lateness | null): string =>
  lateness === null
    ? 'none'
    : `p50 ${lateness.p50.toFixed(2)} s, p99 ${lateness.p99.toFixed(2)} s` +
      (lateness.missing === 0 ? '' : `, ${lateness.missing} are not prepared yet`);
