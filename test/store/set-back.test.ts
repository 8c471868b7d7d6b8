import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { createFeed } from '../../src/feed/index.ts';
import { type Pool, observeNamespace, rebaseFeed, watchForSetBack } from '../../src/store/index.ts';
import { create, handlerOn, signal } from '../command-handler/handling.ts';
import { startReading } from '../feed/reading.ts';
import { SILENT, type TestStore, openStore } from '../support/store.ts';

let store: TestStore;
/** When Postgres was started, as far as the watch can see. */
let started: string;
const onSetBack = vi.fn();
let watch: { stop(): Promise<void> };

beforeAll(async () => {
  store = await openStore();
  await observeNamespace(store.commands, 'a namespace', true);
});
afterAll(() => store.close());

beforeEach(() => {
  started = 'Monday';
  onSetBack.mockClear();
});
afterEach(() => watch.stop());

/** Watches until it has looked once. */
async function startWatch(): Promise<void> {
  let looks = 0;
  const pool: Pool = {
    ...store.queries,
    async query<Row extends object>(statement: Parameters<Pool['query']>[0], values: readonly unknown[]) {
      const rows = await store.queries.query<Row>(statement, values);
      if (statement.name !== 'set-back.look') return rows;
      looks += 1;
      return rows.map((row) => ({ ...row, started }));
    },
  };
  watch = watchForSetBack(pool, SILENT, onSetBack);
  await vi.waitFor(() => {
    expect(looks).toBe(1);
  });
}

/** Loses the newest version of a record, as a restore from a backup does that was taken before it. */
async function setBack(id: string): Promise<void> {
  const before = await store.record(id);
  const { version } = before.snapshot;
  await store.sql('delete from redress.event_stream where aggregate_id = $1 and version = $2', [id, version]);
  await store.sql(
    `update redress.snapshot set document = jsonb_set(document, '{version}', to_jsonb($2::int)) where aggregate_id = $1`,
    [id, version - 1],
  );
  started = 'Tuesday';
}

async function standing(): Promise<{ era: number; epoch: number }> {
  const [row] = await store.sql<{ era: number; epoch: number }>(
    'select era, epoch from redress.feed, redress.temporal',
  );
  return row ?? { era: 0, epoch: 0 };
}

const eraOf = async (id: string, version: number): Promise<number | undefined> => {
  const rows = await store.sql<{ era: number }>(
    'select era from redress.event_stream where aggregate_id = $1 and version = $2',
    [id, version],
  );
  return rows[0]?.era;
};

const OLDER = 20_000;
const MANY_EVENTS = `insert into redress.event_stream (document)
select jsonb_build_object('aggregateId', 'older-' || n, 'version', 1, 'commandId', 'c-' || n, 'requestId', 'r-' || n)
from generate_series(1, $1::int) n`;

/** Rows of events that were read and changed, as far as sessions have told. */
async function scanned(): Promise<{ read: number; updated: number }> {
  const [row] = await store.sql<{ read: number; updated: number }>(
    `select (seq_tup_read + coalesce(idx_tup_fetch, 0))::float8 as read, n_tup_upd::float8 as updated
     from pg_stat_user_tables where relid = 'redress.event_stream'::regclass`,
  );
  return row ?? { read: 0, updated: 0 };
}

const mark = (recoverable = 'UNKNOWN') => signal('mark_recoverable', { recoverable });

it('begins an era that holds what was written since, and has every open record looked after anew', async () => {
  const handler = handlerOn(store);
  await handler.handle('kept', [create(), mark()], 1);
  await handler.handle('set-back', [create(), mark()], 1);
  const feed = createFeed({ pool: store.queries, log: SILENT });
  await startWatch();
  const before = await standing();
  const reader = startReading(feed, await feed.now());
  await setBack('set-back');
  await store.sql('update redress.temporal set epoch = epoch - 1');
  // Before anybody has noticed.
  await handler.handle('written-since', [create()], 1);
  await vi.waitFor(() => {
    expect(onSetBack).toHaveBeenCalledOnce();
  }, 5_000);
  const after = await standing();
  expect(after.era).toBeGreaterThan(before.era);
  // Also where the backup was of an earlier epoch: what still runs from the lost one must not pass for the new one's.
  expect(after.epoch).toBe(before.epoch + 1);
  expect(await eraOf('kept', 2)).toBe(before.era);
  expect(await eraOf('set-back', 1)).toBe(before.era);
  expect(await eraOf('written-since', 1)).toBe(after.era);
  await handler.handle('set-back', [mark('RECOVERABLE')], 1);
  expect(await eraOf('set-back', 2)).toBe(after.era);
  await vi.waitFor(() => {
    expect(reader.versions()).toEqual(expect.arrayContaining(['written-since/1', 'set-back/2']));
  }, 5_000);
  await reader.leave();
  feed.stop();
});

it('reads only what was written since, however much is older', async () => {
  const handler = handlerOn(store);
  await store.sql(MANY_EVENTS, [OLDER]);
  await store.sql('analyze redress.event_stream');
  await handler.handle('lost', [create(), mark()], 1);
  await startWatch();
  const before = await scanned();
  await setBack('lost');
  await handler.handle('newer', [create()], 1);
  await vi.waitFor(() => {
    expect(onSetBack).toHaveBeenCalledOnce();
  }, 10_000);
  await vi.waitFor(async () => {
    expect((await scanned()).updated).toBeGreaterThan(before.updated);
  }, 15_000);
  expect(await eraOf('newer', 1)).toBe((await standing()).era);
  expect(await eraOf(`older-${OLDER}`, 1)).toBeLessThan((await standing()).era);
  expect((await scanned()).read - before.read).toBeLessThan(OLDER / 10);
});

it('leaves everything as it is where Postgres was only restarted', async () => {
  await handlerOn(store).handle('restarted', [create()], 1);
  await startWatch();
  const before = await standing();
  started = 'Wednesday';
  await new Promise((resolve) => setTimeout(resolve, 2_500));
  expect(await standing()).toEqual(before);
  expect(onSetBack).not.toHaveBeenCalled();
});

it('only tells where another process has noticed it first', async () => {
  await handlerOn(store).handle('noticed', [create(), mark()], 1);
  await startWatch();
  await setBack('noticed');
  const era = await rebaseFeed(store.commands);
  await vi.waitFor(() => {
    expect(onSetBack).toHaveBeenCalledOnce();
  }, 5_000);
  expect((await standing()).era).toBe(era);
});
