import type { Logger } from 'pino';
import { type Cursor, type Pool, StoreUnavailable, compareCursors, feedHorizon, readFeed } from '../store/index.ts';
import { PAGE, type Page, createTail, firstPage } from './tail.ts';

/** Everything that happened to any record, and what was sent again, in one order that never changes afterwards. */
export interface Feed {
  /** The place before everything that happens from now on. @throws StoreUnavailable */
  now(): Promise<Cursor>;
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
  let turn: Promise<unknown> = Promise.resolve();

  /** One look-up at a time for all who are far behind: after a restart they come all at once. */
  const lookUp = (after: Cursor): Promise<Page> => {
    const page = turn.then(() => pageOf(pool, after));
    turn = page.catch(() => undefined);
    return page;
  };

  async function* read(after: Cursor, cancelled: AbortSignal): AsyncGenerator<Page> {
    const signal = AbortSignal.any([cancelled, stopping.signal]);
    const leave = tail.join();
    let position = after;
    try {
      while (!signal.aborted) {
        const page = await nextPage(position);
        position = page.next;
        yield page;
        if (page.entries.length === 0) await tail.changed(signal);
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      leave();
    }
  }

  const nextPage = async (position: Cursor): Promise<Page> => {
    try {
      return tail.after(position) ?? (await lookUp(position));
    } catch (error) {
      if (error instanceof StoreUnavailable) return { entries: [], next: position };
      throw error;
    }
  };

  return {
    now: () => feedHorizon(pool),
    read,
    readers: () => tail.readers(),
    stop() {
      stopping.abort();
    },
  };
}

async function pageOf(pool: Pool, after: Cursor): Promise<Page> {
  // Asked first: what is below it then is there for every later statement.
  const horizon = await feedHorizon(pool);
  if (compareCursors(horizon, after) <= 0) return { entries: [], next: after };
  const found = await readFeed(pool, after, horizon, PAGE);
  return firstPage(found, found.length === PAGE, horizon);
}
