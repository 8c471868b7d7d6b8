import type { OpenRecord } from '../store/index.ts';
import type { Pace } from './pace.ts';

/**
 * Starts records in the order in which they come, as many at a time as the pace allows, until there are no more or
 * `stopping` is aborted.
 * @throws what the first failed start throws; those in flight have come back then
 */
export async function startAll(
  records: AsyncIterable<OpenRecord> | Iterable<OpenRecord>,
  pace: Pace,
  stopping: AbortSignal,
  start: (record: OpenRecord) => Promise<void>,
): Promise<void> {
  const inFlight = new Set<Promise<void>>();
  try {
    for await (const record of records) {
      if (stopping.aborted) break;
      const isDue = record.deadline !== null && record.deadline <= Date.now();
      while (inFlight.size >= pace.inFlight(isDue)) await Promise.race(inFlight);
      const starting = start(record).finally(() => inFlight.delete(starting));
      // Looked at below; until then a failure is nobody's.
      starting.catch(() => undefined);
      inFlight.add(starting);
    }
    await Promise.all(inFlight);
  } finally {
    await Promise.allSettled(inFlight);
  }
}
