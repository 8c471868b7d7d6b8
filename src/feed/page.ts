import { type Cursor, type FeedEntry, type Pool, compareCursors, feedHorizon, readFeed } from '../store/index.ts';

/** Messages of a page. */
const MAX_COUNT = 100;
/** Bytes, or characters of what is kept: a page ends with the message that reaches them. Its reader may keep it for long. */
const MAX_SIZE = 256 * 1024;

/** A part of the feed in its order: nothing is missing between the place that was asked for and `next`. */
export interface Page {
  readonly entries: readonly FeedEntry[];
  /** Where to go on. */
  readonly next: Cursor;
}

/** The page behind a place as Postgres has it; `isCut`: there may be more at once. @throws StoreUnavailable */
export async function readPage(pool: Pool, after: Cursor): Promise<Page & { readonly isCut: boolean }> {
  // Asked first: what is below it then is there for every later statement.
  const horizon = await feedHorizon(pool);
  if (compareCursors(horizon, after) <= 0) return { entries: [], next: after, isCut: false };
  const { entries, isCut } = await readFeed(pool, after, horizon, { count: MAX_COUNT, size: MAX_SIZE });
  return { entries, next: entries.at(-1)?.cursor ?? after, isCut };
}

/** The page behind a place out of entries that end at `end`. */
export function pageOf(kept: readonly FeedEntry[], after: Cursor, end: Cursor): Page {
  const start = kept.findLastIndex(({ cursor }) => compareCursors(cursor, after) <= 0) + 1;
  const entries: FeedEntry[] = [];
  let size = 0;
  for (const entry of kept.slice(start, start + MAX_COUNT)) {
    entries.push(entry);
    size += entry.message.length;
    if (size >= MAX_SIZE) break;
  }
  const last = start + entries.length < kept.length ? entries.at(-1) : undefined;
  return { entries, next: last?.cursor ?? (compareCursors(end, after) > 0 ? end : after) };
}
