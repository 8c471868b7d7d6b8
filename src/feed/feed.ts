import type { Logger } from 'pino';
import { type Cursor, type Pool, StoreUnavailable, compareCursors, feedEnd, feedHorizon } from '../store/index.ts';
import { type Page, readPage } from './page.ts';
import { createTail } from './tail.ts';

/** Look-ups at a time for all who are far behind: after a restart they come all at once. */
const MAX_LOOK_UPS = 3;

/** Everything that happened to any record, and what was sent again, in one order that never changes afterwards. */
export interface Feed {
  /** The place before everything that happens from now on. @throws StoreUnavailable */
  now(): Promise<Cursor>;
  /** How far the feed has come: no place is above it. @throws StoreUnavailable */
  horizon(): Promise<Cursor>;
  /**
   * Reads on from a place until `cancelled` or the feed stops: page by page, as fast as they are taken; with nothing new,
   * an empty page every few seconds, whose `next` says how far that was true. An outage of Postgres is waited out.
   */
  read(after: Cursor, cancelled: AbortSignal): AsyncIterable<Page>;
  /** How many read right now. */
  readers(): number;
  /** Ends what is being read. */
  stop(): void;
}

/** The feed over the pool for queries. */
export function createFeed({ pool, log }: { readonly pool: Pool; readonly log: Logger }): Feed {
  const tail = createTail(pool, log);
  const stopping = new AbortController();
  const queue: (() => void)[] = [];
  let lookUps = 0;

  const lookUp = async (after: Cursor): Promise<Page> => {
    if (lookUps < MAX_LOOK_UPS) lookUps += 1;
    else await new Promise<void>((resolve) => queue.push(resolve));
    try {
      return await readPage(pool, after);
    } finally {
      const next = queue.shift();
      if (next === undefined) lookUps -= 1;
      else next();
    }
  };

  async function* read(after: Cursor, cancelled: AbortSignal): AsyncGenerator<Page> {
    const signal = AbortSignal.any([cancelled, stopping.signal]);
    const leave = tail.join();
    let position = after;
    try {
      while (!signal.aborted) {
        const end = tail.end();
        const page = await nextPage(position);
        position = page?.next ?? position;
        yield page ?? { entries: [], next: position };
        if (page === null) await tail.woken(signal);
        // What the tail begins with may be gone, by retention or a restore: nothing leads up to it then but what is new.
        else if (page.entries.length === 0) await tail.changed(end === null ? position : later(end, position), signal);
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      leave();
    }
  }

  /** Null: Postgres does not answer. */
  const nextPage = async (position: Cursor): Promise<Page | null> => {
    try {
      return tail.after(position) ?? (await lookUp(position));
    } catch (error) {
      if (error instanceof StoreUnavailable) return null;
      throw error;
    }
  };

  return {
    now: () => feedEnd(pool),
    horizon: () => feedHorizon(pool),
    read,
    readers: () => tail.readers(),
    stop() {
      stopping.abort();
    },
  };
}

const later = (a: Cursor, b: Cursor): Cursor => (compareCursors(a, b) > 0 ? a : b);
