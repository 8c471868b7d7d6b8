import { EventEmitter, once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import {
  type Cursor,
  type FeedEntry,
  type Pool,
  StoreUnavailable,
  compareCursors,
  feedHorizon,
  readFeed,
} from '../store/index.ts';

/**
 * Milliseconds between two looks at the feed while somebody reads it. Not LISTEN and NOTIFY: a NOTIFY makes all commits
 * of the cluster wait for each other, while a look at a feed that stands still costs one statement without any table.
 */
const POLL_INTERVAL = 200;
/** Milliseconds after which those who wait are woken, whether there is something new or not. */
const WAKE_INTERVAL = 5_000;
/** Messages that are read at a time. */
export const PAGE = 100;
/** What is kept for readers that are a little behind, in messages and in characters. */
const MAX_KEPT = 1_000;
const MAX_KEPT_SIZE = 16 * 1024 * 1024;

/** Characters of messages that a reader is given at a time, unless one message is longer: it may keep them for long. */
const MAX_PAGE_SIZE = 256 * 1024;

/** A part of the feed in its order: nothing is missing between the place that was asked for and `next`. */
export interface Page {
  readonly entries: readonly FeedEntry[];
  /** Where to go on. */
  readonly next: Cursor;
}

/** The newest part of the feed, read once for all readers of this process; asleep while there are none. */
export interface Tail {
  /** Says that there is one more reader, until the function that it gives is called. */
  join(): () => void;
  readers(): number;
  /** What comes after a place; null: that reaches further back than what is kept. */
  after(position: Cursor): Page | null;
  /** Resolves when there is something new, and every few seconds. @throws AbortError */
  changed(signal: AbortSignal): Promise<void>;
}

/** What is kept: everything after `from`, up to `to`. */
interface Kept {
  from: Cursor;
  to: Cursor;
  entries: FeedEntry[];
  size: number;
}

export function createTail(pool: Pool, log: Logger): Tail {
  const changes = new EventEmitter().setMaxListeners(0);
  let readers = 0;
  let kept: Kept | null = null;
  let isRunning = false;
  let wokeAt = 0;

  const wake = (): void => {
    wokeAt = Date.now();
    changes.emit('change');
  };

  /** True: there may be more at once. */
  const advance = async (): Promise<boolean> => {
    const horizon = await feedHorizon(pool);
    if (kept === null) {
      kept = { from: horizon, to: horizon, entries: [], size: 0 };
      wake();
      return false;
    }
    if (compareCursors(horizon, kept.to) <= 0) return false;
    const entries = await readFeed(pool, kept.to, horizon, PAGE);
    const last = entries.length < PAGE ? undefined : entries.at(-1);
    kept.to = last?.cursor ?? horizon;
    keep(kept, entries);
    if (entries.length > 0) wake();
    return last !== undefined;
  };

  const run = async (): Promise<void> => {
    let isFailing = false;
    while (readers > 0) {
      let isBehind = false;
      try {
        isBehind = await advance();
        isFailing = false;
      } catch (error) {
        if (!(error instanceof StoreUnavailable)) log.error({ err: error }, 'the feed cannot be read, and goes on');
        else if (!isFailing) log.warn({ reason: error.message }, 'the feed waits for Postgres');
        isFailing = true;
      }
      if (Date.now() - wokeAt >= WAKE_INTERVAL) wake();
      if (!isBehind) await delay(isFailing ? WAKE_INTERVAL : POLL_INTERVAL, undefined, { ref: false });
    }
    kept = null;
    isRunning = false;
  };

  return {
    join() {
      readers += 1;
      if (!isRunning) {
        isRunning = true;
        void run();
      }
      return () => {
        readers -= 1;
      };
    },
    readers: () => readers,
    after(position) {
      if (kept === null || compareCursors(position, kept.from) < 0) return null;
      const { entries, to } = kept;
      const start = entries.findLastIndex(({ cursor }) => compareCursors(cursor, position) <= 0) + 1;
      const end = compareCursors(to, position) > 0 ? to : position;
      return firstPage(entries.slice(start, start + PAGE), start + PAGE < entries.length, end);
    },
    async changed(signal) {
      await once(changes, 'change', { signal });
    },
  };
}

/** As many of these entries as one page takes; `end` is where they end, unless there are more. */
export function firstPage(entries: readonly FeedEntry[], hasMore: boolean, end: Cursor): Page {
  let size = 0;
  const cut = entries.findIndex(({ message }, index) => (size += message.length) > MAX_PAGE_SIZE && index > 0);
  const page = cut === -1 ? entries : entries.slice(0, cut);
  const last = hasMore || cut !== -1 ? page.at(-1) : undefined;
  return { entries: page, next: last?.cursor ?? end };
}

/** Adds entries at the end and lets go of as many at the beginning as are too many. */
function keep(kept: Kept, added: readonly FeedEntry[]): void {
  kept.entries.push(...added);
  kept.size += sizeOf(added);
  let surplus = Math.max(0, kept.entries.length - MAX_KEPT);
  let size = kept.size - sizeOf(kept.entries.slice(0, surplus));
  for (let entry = kept.entries[surplus]; size > MAX_KEPT_SIZE && entry !== undefined; entry = kept.entries[surplus]) {
    size -= entry.message.length;
    surplus += 1;
  }
  kept.from = kept.entries[surplus - 1]?.cursor ?? kept.from;
  kept.entries.splice(0, surplus);
  kept.size = size;
}

const sizeOf = (entries: readonly FeedEntry[]): number => entries.reduce((sum, { message }) => sum + message.length, 0);
