import { EventEmitter, once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import { type Cursor, type FeedEntry, type Pool, StoreUnavailable, compareCursors, feedEnd } from '../store/index.ts';
import { type Page, pageOf, readPage } from './page.ts';

/**
 * Milliseconds between two looks at the feed while somebody reads it. Not LISTEN and NOTIFY: a NOTIFY makes all commits
 * of the cluster wait for each other, while a look at a feed that stands still costs one statement without any table.
 */
const POLL_INTERVAL = 200;
/** Milliseconds after which those who wait are woken, whether there is something new or not. */
const WAKE_INTERVAL = 5_000;
/** What is kept for readers that are a little behind, in messages and in characters. */
const MAX_KEPT = 1_000;
const MAX_KEPT_SIZE = 16 * 1024 * 1024;

/** The newest part of the feed, read once for all readers of this process; asleep while there are none. */
export interface Tail {
  /** Says that there is one more reader, until the function that it gives is called. */
  join(): () => void;
  readers(): number;
  /** How far it has come; null: that is not known yet. */
  end(): Cursor | null;
  /** What comes after a place; null: that reaches further back than what is kept. */
  after(position: Cursor): Page | null;
  /** Resolves as soon as there is something behind a place, and every few seconds. @throws AbortError */
  changed(position: Cursor, signal: AbortSignal): Promise<void>;
  /** Resolves with the next change, and every few seconds. @throws AbortError */
  woken(signal: AbortSignal): Promise<void>;
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
    wokeAt = performance.now();
    changes.emit('change');
  };

  /** True: there may be more at once. */
  const advance = async (): Promise<boolean> => {
    if (kept === null) {
      const end = await feedEnd(pool);
      kept = { from: end, to: end, entries: [], size: 0 };
      wake();
      return false;
    }
    const { entries, next, isCut } = await readPage(pool, kept.to);
    kept.to = next;
    keep(kept, entries);
    if (entries.length > 0) wake();
    return isCut;
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
      if (performance.now() - wokeAt >= WAKE_INTERVAL) wake();
      if (!isBehind) await delay(isFailing ? WAKE_INTERVAL : POLL_INTERVAL, undefined, { ref: false });
    }
    kept = null;
    isRunning = false;
  };

  const woken = async (signal: AbortSignal): Promise<void> => {
    await once(changes, 'change', { signal });
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
    end: () => kept?.to ?? null,
    after(position) {
      if (kept === null || compareCursors(position, kept.from) < 0) return null;
      return pageOf(kept.entries, position, kept.to);
    },
    async changed(position, signal) {
      // Since the reader looked, it may have happened: it is not told twice.
      if (kept === null || compareCursors(kept.to, position) <= 0) await woken(signal);
    },
    woken,
  };
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
