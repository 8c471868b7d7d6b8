import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { type DataFolder, openDataFolder } from '../../local/data-folder.ts';
import { type LocalPostgres, startPostgres } from '../../local/postgres.ts';
import { createFeed } from '../../src/feed/index.ts';
import { type Pools, createPools, migrate, watchForSetBack } from '../../src/store/index.ts';
import { create, handlerOn } from '../command-handler/handling.ts';
import { startReading } from '../feed/reading.ts';
import { eventually } from '../support/eventually.ts';
import { SILENT } from '../support/store.ts';

const root = mkdtempSync(join(tmpdir(), 'redress-crash-'));
const never = new AbortController().signal;
let folder: DataFolder;
let postgres: LocalPostgres;
let pools: Pools;

beforeAll(async () => {
  folder = await openDataFolder(root, () => undefined);
  const context = { folder, say: () => undefined, env: {}, durable: false, stopping: never, hurry: never };
  postgres = await startPostgres(context);
  await migrate(postgres.url(), SILENT);
  pools = createPools(postgres.url(), SILENT);
});
afterAll(async () => {
  await pools.end();
  await postgres.stop();
  folder.close();
  rmSync(root, { recursive: true, force: true });
});

it('a crash that Postgres recovers from is no set-back, and the feed goes on where it was', async () => {
  const standing = () =>
    eventually(() =>
      pools.queries.query({ name: 'standing', text: 'select era, epoch from redress.feed, redress.temporal' }, []),
    );
  const onSetBack = vi.fn();
  const watch = watchForSetBack(pools.queries, SILENT, onSetBack);
  const feed = createFeed({ pool: pools.queries, log: SILENT });
  const reader = startReading(feed, await feed.now());
  await handlerOn(pools).handle('before', [create()], 1);
  await eventually(() => {
    expect(reader.versions()).toEqual(['before/1']);
  });
  await delay(1_500);
  const before = await standing();
  // Their ids may not be on disk yet, and are given out again then.
  const burn = { name: 'burn', text: 'select pg_current_xact_id(), 1 / 0' };
  await Promise.allSettled(Array.from({ length: 50 }, () => pools.queries.query(burn, [])));
  await postgres.kill();
  await postgres.start();
  await eventually(() => handlerOn(pools).handle('after', [create()], 1));
  await eventually(() => {
    expect(reader.versions()).toEqual(['before/1', 'after/1']);
  });
  await delay(2_500);
  expect(await standing()).toEqual(before);
  expect(onSetBack).not.toHaveBeenCalled();
  await watch.stop();
  await reader.leave();
  feed.stop();
});
