import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import {
  BEGINNING,
  type Client,
  type FeedEntry,
  type Pools,
  StoreUnavailable,
  campaign,
  loadCheckpoint,
  saveCheckpoint,
  storeError,
} from '../store/index.ts';
import type { Feed } from './feed.ts';

/** Milliseconds between two looks whether this process leads now. */
const IDLE = 250;
/** Milliseconds before entries are given again that were not taken; doubled each time up to the second. */
const FIRST_RETRY = 500;
const LAST_RETRY = 30_000;

/** Who takes the whole feed, from its beginning on, and goes on where it was after a restart. */
export interface Subscriber {
  /** Under this name its checkpoint is kept: it must never change. */
  readonly name: string;
  /**
   * Takes entries that follow those it took before, those of one record in the order of its versions. Resolves when they
   * are safe with it; when it rejects, the same come again, and when leadership passes on, they may come to both leaders.
   */
  handle(entries: readonly FeedEntry[], signal: AbortSignal): Promise<void>;
}

export interface SubscriberDeps {
  readonly pools: Pools;
  readonly feed: Feed;
  readonly subscriber: Subscriber;
  readonly log: Logger;
}

/** Leads the feed to a subscriber, in one process at a time, until stopped. */
export function runSubscriber({ pools, feed, subscriber, log }: SubscriberDeps): { stop(): Promise<void> } {
  const { name } = subscriber;
  const leadership = campaign(pools, log, `feed ${name}`);
  const stopping = new AbortController();
  const { signal } = stopping;
  const pause = (milliseconds: number): Promise<void> =>
    delay(milliseconds, undefined, { signal, ref: false }).catch(() => undefined);

  /** Resolves with false where this process does not lead any more. */
  const deliver = async (entries: readonly FeedEntry[], leads: () => boolean): Promise<boolean> => {
    for (let wait = FIRST_RETRY; leads(); wait = Math.min(wait * 2, LAST_RETRY)) {
      try {
        await subscriber.handle(entries, signal);
        return leads();
      } catch (error) {
        if (signal.aborted) return false;
        log.warn({ subscriber: name, err: error, retryIn: wait }, 'a subscriber of the feed did not take its entries');
        await pause(wait);
      }
    }
    return false;
  };

  const lead = async (session: Client): Promise<void> => {
    const leads = (): boolean => !signal.aborted && leadership.session() === session;
    const known = await loadCheckpoint(session, name);
    // From now on nothing is removed that it has not taken.
    if (known === null) await saveCheckpoint(session, name, BEGINNING);
    const checkpoint = known ?? BEGINNING;
    for await (const { entries, next } of feed.read(checkpoint, signal)) {
      if (!leads()) return;
      if (entries.length === 0) continue;
      if (!(await deliver(entries, leads))) return;
      await saveCheckpoint(session, name, next);
    }
  };

  const run = async (): Promise<void> => {
    while (!signal.aborted) {
      const session = leadership.session();
      try {
        if (session !== null) await lead(session);
      } catch (error) {
        const known = storeError(error);
        if (known instanceof StoreUnavailable) {
          log.warn({ subscriber: name, reason: known.message }, 'the feed waits');
          // Where the host of Postgres is gone without a word, this session would be silent for a quarter of an hour.
          leadership.resign(0);
        } else log.error({ subscriber: name, err: error }, 'the feed of a subscriber broke off, and goes on');
      }
      await pause(IDLE);
    }
  };
  const running = run();
  return {
    async stop() {
      stopping.abort();
      await running;
      await leadership.stop();
    },
  };
}
