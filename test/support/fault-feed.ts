import type { EventStream } from '../../src/domain/index.ts';
import type { Stored } from './fault-records.ts';

/** Every event that no reader of the feed has seen. */
export function missedByFeed(seen: readonly EventStream[], { records }: Stored): string[] {
  const ids = new Set(seen.map(({ id }) => id));
  return records.flatMap(({ id, streams }) =>
    streams
      .filter((stream) => !ids.has(stream.id))
      .map(({ version }) => `${id} version ${version} is missing in the feed`),
  );
}

/** Every event that the feed sent for the first time before an earlier version of its record. */
export function disorderOfFeed(seen: readonly EventStream[], { records }: Stored): string[] {
  const kept = new Set(records.flatMap(({ streams }) => streams.map(({ id }) => id)));
  const newest = new Map<string, number>();
  const known = new Set<string>();
  return seen.flatMap(({ id, aggregateId, version }) => {
    if (known.has(id) || !kept.has(id)) return [];
    known.add(id);
    const before = newest.get(aggregateId) ?? 0;
    newest.set(aggregateId, version);
    return version > before ? [] : [`${aggregateId} version ${version} came in the feed after version ${before}`];
  });
}
