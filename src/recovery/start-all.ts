import type { OpenRecord } from '../store/index.ts';
import type { Pace } from './pace.ts';

/**
 * Starts records in the order in which they come, as many at a time as the pace allows, until there are no more or
 * `stopping` is aborted. `now` is the time that deadlines are compared with, epoch milliseconds.
 * @throws what the first failed start throws; those in flight have come back then
 */
export async function startAll(
  records: AsyncIterable<OpenRecord> | Iterable<OpenRecord>,
  pace: Pace,
  stopping: AbortSignal,
  now: () => number,
  start: (record: OpenRecord, isDue: boolean) => Promise<void>,
): Promise<void> {
  const inFlight = new Set<Promise<void>>();
  const failures: unknown[] = [];
  try {
    for await (const record of records) {
      const isDue = record.wantedAt !== null && record.wantedAt <= now();
      while (inFlight.size >= pace.inFlight(isDue)) await Promise.race(inFlight);
      if (stopping.aborted || failures.length > 0) break;
      const starting = start(record, isDue)
        .catch((error: unknown) => {
          failures.push(error);
        })
        .finally(() => inFlight.delete(starting));
      inFlight.add(starting);
    }
  } finally {
    await Promise.all(inFlight);
  }
  if (failures.length > 0) throw failures[0];
}
