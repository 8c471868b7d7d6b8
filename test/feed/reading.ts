import { setTimeout as delay } from 'node:timers/promises';
import type { EventStream } from '../../src/domain/index.ts';
import type { Feed } from '../../src/feed/index.ts';
import { type Cursor, type FeedEntry, type Pools, readFeedLag } from '../../src/store/index.ts';
import { eventually } from '../support/eventually.ts';

/** A reader inside this process. */
export interface Reading {
  readonly entries: readonly FeedEntry[];
  /** Its entries as `<record>/<version>`. */
  versions(): string[];
  leave(): Promise<void>;
}

/** Reads in the background, each page after `pace` milliseconds, and keeps what came. */
export function startReading(feed: Feed, after: Cursor, pace = 0): Reading {
  const entries: FeedEntry[] = [];
  const leaving = new AbortController();
  const run = async (): Promise<void> => {
    for await (const page of feed.read(after, leaving.signal)) {
      entries.push(...page.entries);
      if (pace > 0) await delay(pace);
    }
  };
  const done = run();
  return {
    entries,
    versions: () => entries.map(versionOf),
    async leave() {
      leaving.abort();
      await done;
    },
  };
}

/** The event stream of an entry. */
export const streamOf = ({ message }: FeedEntry): EventStream => JSON.parse(message) as EventStream;

/** An entry as `<record>/<version>`. */
export function versionOf(entry: FeedEntry): string {
  const { aggregateId, version } = streamOf(entry);
  return `${aggregateId}/${version}`;
}

/** Waits until everything can be read. Transactions in other databases of the cluster hold the feed back as well. */
export const untilNothingIsHeldBack = ({ queries }: Pick<Pools, 'queries'>): Promise<void> =>
  eventually(async () => {
    const { heldBack } = await readFeedLag(queries);
    if (heldBack > 0) throw new Error(`the feed is held back for ${heldBack} s`);
  });
