import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type DataFolder, openDataFolder } from '../../local/data-folder.ts';
import { type LocalPostgres, startPostgres } from '../../local/postgres.ts';
import { type Feed, type Subscriber, createFeed, runSubscriber } from '../../src/feed/index.ts';
import {
  type Cursor,
  type Pools,
  StoreUnusable,
  checkCluster,
  createPools,
  migrate,
  rebaseFeed,
  redeliverEvent,
} from '../../src/store/index.ts';
import { create, handlerOn, signal } from '../command-handler/handling.ts';
import { eventually } from '../support/eventually.ts';
import { startRedress } from '../support/redress.ts';
import { temporalAddress } from '../support/servers.ts';
import { SILENT, type TestStore, openStore } from '../support/store.ts';
import { restoreInto } from './restore.ts';
import { startReading, untilNothingIsHeldBack, versionOf } from './reading.ts';

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

const root = mkdtempSync(join(tmpdir(), 'redress-feed-'));
const never = new AbortController().signal;
let folder: DataFolder;
let cluster: LocalPostgres;
let original: TestStore;
let restored: Pools;
const feeds: Feed[] = [];

beforeAll(async () => {
  original = await openStore();
  folder = await openDataFolder(root, () => undefined);
  const context = { folder, say: () => undefined, env: {}, durable: false, stopping: never, hurry: never };
  cluster = await startPostgres(context);
  restored = createPools(cluster.url(), SILENT);
});
afterAll(async () => {
  for (const feed of feeds) feed.stop();
  await restored.end();
  await cluster.stop();
  folder.close();
  rmSync(root, { recursive: true, force: true });
  await original.close();
});

function feedOf(pools: Pools): Feed {
  const feed = createFeed({ pool: pools.queries, log: SILENT });
  feeds.push(feed);
  return feed;
}

/** Runs a subscriber until it has taken as many entries, then ends it. */
async function subscribe(pools: Pools, count: number): Promise<string[]> {
  const taken: string[] = [];
  const subscriber: Subscriber = {
    name: 'kept',
    handle(entries) {
      taken.push(...entries.map(versionOf));
      return Promise.resolve();
    },
  };
  const running = runSubscriber({ pools, feed: feedOf(pools), subscriber, log: SILENT });
  await eventually(() => {
    expect(taken.length).toBeGreaterThanOrEqual(count);
  });
  await running.stop();
  return taken;
}

const mark = (recoverable: string) => signal('mark_recoverable', { recoverable });

it('refuses a database that comes from another cluster until it is rebased, and then misses and repeats nothing', async () => {
  const before = handlerOn(original);
  for (const id of ['old-1', 'old-2']) await before.handle(id, [create(), mark('UNKNOWN')], 1);
  expect(await subscribe(original, 4)).toEqual(['old-1/1', 'old-1/2', 'old-2/1', 'old-2/2']);
  await untilNothingIsHeldBack(original);
  const left: Cursor = await feedOf(original).now();
  // Neither the reader that has left nor the subscriber has seen these.
  await before.handle('old-1', [mark('RECOVERABLE')], 1);
  await redeliverEvent(original.commands, 'old-2', 1, { 'compensate.id': 'x' });

  await migrate(cluster.url(), SILENT);
  await restoreInto(original.url, cluster.url());
  const environment = { DATABASE_URL: cluster.url(), TEMPORAL_ADDRESS: temporalAddress() };
  await expect(startRedress(environment)).rejects.toThrow(
    /restored from another Postgres cluster.*npm run feed:rebase/s,
  );
  await expect(checkCluster(restored.commands)).rejects.toThrow(StoreUnusable);

  const env = { ...process.env, ...environment };
  const { stdout } = await promisify(execFile)(process.execPath, [MAIN, 'feed', 'rebase'], { env });
  expect(stdout).toContain('the event feed goes on in a new era');
  await checkCluster(restored.commands);

  // Transaction ids begin lower here, and the versions go on.
  const after = handlerOn(restored);
  await after.handle('old-1', [mark('UNRECOVERABLE')], 1);
  await after.handle('new', [create()], 1);
  const unseen = ['old-1/3', 'old-2/1', 'old-1/4', 'new/1'];
  const reader = startReading(feedOf(restored), left);
  await eventually(() => {
    expect(reader.versions()).toEqual(unseen);
  });
  await reader.leave();
  expect(await subscribe(restored, 4)).toEqual(unseen);
});

it('can be done again, and while others read and write', async () => {
  const reader = startReading(feedOf(restored), await feedOf(restored).now());
  const handlers = [handlerOn(restored), handlerOn(restored), handlerOn(restored)];
  const expected: string[] = [];
  await Promise.all([
    ...handlers.map(async (handler, writer) => {
      for (let round = 0; round < 20; round += 1) {
        const { outcomes } = await handler.handle(`rebased-${writer}`, [round === 0 ? create() : mark('UNKNOWN')], 1);
        for (const { ok, version } of outcomes) if (ok) expected.push(`rebased-${writer}/${version}`);
      }
    }),
    rebaseFeed(restored.commands).then(() => rebaseFeed(restored.commands)),
  ]);
  await eventually(() => {
    expect(reader.versions().sort()).toEqual(expected.sort());
  });
  const versions = (writer: number) => reader.versions().filter((version) => version.startsWith(`rebased-${writer}/`));
  expect(versions(1)).toEqual(versions(1).map((_, index) => `rebased-1/${index + 1}`));
  await reader.leave();
});
