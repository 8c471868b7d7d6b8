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
  // Before anybody has noticed.
  await handler.handle('written-since', [create()], 1);
  await vi.waitFor(() => {
    expect(onSetBack).toHaveBeenCalledOnce();
  }, 5_000);
  const after = await standing();
  expect(after.era).toBeGreaterThan(before.era);
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
