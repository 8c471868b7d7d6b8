import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { EventStream } from '../../src/domain/index.ts';
import { type Feed, createFeed } from '../../src/feed/index.ts';
import {
  BEGINNING,
  type Pool,
  type Statement,
  compareCursors,
  findFeedBlocker,
  readFeedLag,
} from '../../src/store/index.ts';
import { create, handlerOn, signal } from '../command-handler/handling.ts';
import { eventually } from '../support/eventually.ts';
import { SILENT, type TestStore, cutConnections, openStore } from '../support/store.ts';
import { startReading, streamOf, untilNothingIsHeldBack } from './reading.ts';

let store: TestStore;
let feed: Feed;
beforeAll(async () => {
  store = await openStore();
  feed = createFeed({ pool: store.queries, log: SILENT });
});
afterAll(async () => {
  feed.stop();
  await store.close();
});

const mark = (recoverable: string) => signal('mark_recoverable', { recoverable });

/** A transaction of somebody, which has written nothing we know of. */
async function stall(name: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: store.url, application_name: name });
  await client.connect();
  await client.query('begin');
  await client.query('select pg_current_xact_id()');
  return client;
}

it('misses nothing and keeps the order of every record while many write, some stall and some write the same', async () => {
  const readers = [
    startReading(feed, BEGINNING),
    startReading(feed, BEGINNING, 20),
    startReading(feed, await feed.now()),
  ];
  const handlers = Array.from({ length: 8 }, () => handlerOn(store.open()));
  const write = async (handler: (typeof handlers)[number], writer: number): Promise<void> => {
    for (let round = 0; round < 12; round += 1) {
      // Every record is created by two at once, and written by more.
      for (const other of [writer, (writer + 3) % 8]) {
        const id = `record-${(other >> 1) + round * 4}`;
        await handler.handle(id, [create()], 1);
        await handler.handle(id, [mark('RECOVERABLE'), mark('UNKNOWN')], 1);
      }
    }
  };
  const stallAgainAndAgain = async (): Promise<void> => {
    for (let round = 0; round < 5; round += 1) {
      const stalled = await stall('stalled writer');
      await delay(150);
      await stalled.query(round % 2 === 0 ? 'commit' : 'rollback');
      await stalled.end();
    }
  };
  await Promise.all([...handlers.map(write), stallAgainAndAgain(), stallAgainAndAgain()]);

  const stored = await store.sql<{ id: string; version: number }>(
    'select aggregate_id as id, version from redress.event_stream',
  );
  const all = stored.map(({ id, version }) => `${id}/${version}`).sort();
  expect(all.length).toBeGreaterThan(150);
  for (const reader of readers) {
    await eventually(() => {
      expect(reader.entries.length).toBeGreaterThanOrEqual(all.length);
    });
    await reader.leave();
    expect(reader.versions().sort()).toEqual(all);
    for (const versions of Map.groupBy(reader.entries.map(streamOf), ({ aggregateId }) => aggregateId).values()) {
      expect(versions.map(({ version }) => version)).toEqual(versions.map((_, index) => index + 1));
    }
    const cursors = reader.entries.map(({ cursor }) => cursor);
    expect(cursors).toEqual(cursors.toSorted(compareCursors));
  }
});

it('sees a new record once, and nothing too early, where one of its two writers is held before its commit', async () => {
  const reader = startReading(feed, await feed.now());
  const [model] = await store.sql<{ document: EventStream }>('select document from redress.event_stream limit 1');
  const insert = (client: pg.Client, commandId: string) =>
    client.query('insert into redress.event_stream (document) values ($1)', [
      JSON.stringify({ ...model?.document, aggregateId: 'held', version: 1, commandId, requestId: commandId }),
    ]);
  // Has its transaction before the other, whose insert it then waits for.
  const older = await stall('older writer');
  const held = await stall('held writer');
  await insert(held, 'held-1');
  const refused = insert(older, 'held-2').catch((error: unknown) => error);
  // Behind both, committed at once.
  await handlerOn(store).handle('hasty', [create()], 1);
  await delay(500);
  expect(reader.versions()).toEqual([]);
  await held.query('commit');
  expect(await refused).toMatchObject({ constraint: 'event_stream_version_key' });
  await older.query('rollback');
  await eventually(() => {
    expect(reader.versions()).toEqual(['held/1', 'hasty/1']);
  });
  await reader.leave();
  await Promise.all([older.end(), held.end()]);
});

it('tells how long it is held back, and by whom', async () => {
  const stalled = await stall('nightly report');
  await handlerOn(store).handle('waits', [create()], 1);
  await delay(300);
  expect((await readFeedLag(store.queries)).heldBack).toBeGreaterThan(0.25);
  const { rows } = await stalled.query<{ pid: number }>('select pg_backend_pid() as pid');
  await eventually(async () => {
    expect(await findFeedBlocker(store.queries)).toMatchObject({ ...rows[0], application: 'nightly report' });
  });
  await stalled.query('commit');
  await stalled.end();
  await untilNothingIsHeldBack(store);
});

it('names the failed function as it was after each event', async () => {
  const start = await feed.now();
  const changed = { functionKind: 'EVENT', contextName: 'c', processorName: 'p', name: 'n' };
  const entries = [create(), mark('UNKNOWN'), signal('change_function', changed), signal('default_delete_aggregate')];
  for (const entry of entries) await handlerOn(store).handle('moved', [entry], 1);
  const reader = startReading(feed, start);
  await eventually(() => {
    expect(reader.entries.map(({ event, function: failed }) => [event, failed?.name])).toEqual([
      ['execution_failed_created', 'onOrderPaid'],
      ['recoverable_marked', 'onOrderPaid'],
      ['function_changed', 'n'],
      ['default_aggregate_deleted', 'n'],
    ]);
  });
  await reader.leave();
});

it('gives large messages to a reader far behind a few at a time, and reads no more of them', async () => {
  const start = await feed.now();
  const error = { errorCode: 'E', errorMsg: '', stackTrace: 'x'.repeat(60_000), succeeded: false };
  for (let index = 0; index < 20; index += 1) {
    await handlerOn(store).handle(`large-${index}`, [create(Date.now(), { error })], 1);
  }
  await untilNothingIsHeldBack(store);
  let read = 0;
  const pool: Pool = {
    ...store.queries,
    async query<Row extends pg.QueryResultRow>(statement: Statement, values: readonly unknown[]) {
      const rows = await store.queries.query<Row>(statement, values);
      read += JSON.stringify(rows).length;
      return rows;
    },
  };
  const sizes: number[] = [];
  const leaving = new AbortController();
  for await (const { entries } of createFeed({ pool, log: SILENT }).read(start, leaving.signal)) {
    sizes.push(entries.length);
    if (sizes.reduce((sum, size) => sum + size) >= 20) leaving.abort();
  }
  expect(Math.max(...sizes)).toBeLessThan(6);
  expect(read).toBeLessThan(20 * 65_000);
});

it('lets a reader far behind go on while the look-up of another takes its time', async () => {
  const start = await feed.now();
  await handlerOn(store).handle('behind', [create()], 1);
  await untilNothingIsHeldBack(store);
  const late = Promise.withResolvers<undefined>();
  let isFirst = true;
  const pool: Pool = {
    ...store.queries,
    async query(statement, values) {
      if (statement.name === 'feed.read' && isFirst) {
        isFirst = false;
        await late.promise;
      }
      return store.queries.query(statement, values);
    },
  };
  const own = createFeed({ pool, log: SILENT });
  const readers = [startReading(own, start), startReading(own, start)];
  await eventually(() => {
    expect(readers.flatMap((reader) => reader.versions())).toEqual(['behind/1']);
  });
  late.resolve(undefined);
  await Promise.all(readers.map((reader) => reader.leave()));
});

it('tells a reader at once what happened while it took its last page', async () => {
  const other = startReading(feed, await feed.now());
  const leaving = new AbortController();
  const pages = feed.read(await feed.now(), leaving.signal)[Symbol.asyncIterator]();
  await pages.next();
  await handlerOn(store).handle('meanwhile', [create()], 1);
  await eventually(() => {
    expect(other.versions()).toContain('meanwhile/1');
  });
  const startedAt = performance.now();
  let page = await pages.next();
  while (page.done !== true && page.value.entries.length === 0) page = await pages.next();
  expect(performance.now() - startedAt).toBeLessThan(1_000);
  leaving.abort();
  await Promise.all([pages.return?.(), other.leave()]);
});

it('lets a reader wait behind which everything is gone that others have read', async () => {
  const start = await feed.now();
  await handlerOn(store).handle('gone', [create()], 1);
  await untilNothingIsHeldBack(store);
  const leaving = new AbortController();
  const tail = startReading(feed, await feed.now());
  await delay(500);
  for (const table of ['event_stream', 'snapshot']) {
    await store.sql(`delete from redress.${table} where aggregate_id = 'gone'`);
  }
  const pages: number[] = [];
  const read = async (): Promise<void> => {
    for await (const { entries } of feed.read(start, leaving.signal)) pages.push(entries.length);
  };
  const reading = read();
  await delay(500);
  expect(pages.length).toBeLessThan(10);
  await handlerOn(store).handle('new', [create()], 1);
  await eventually(() => {
    expect(pages).toContain(1);
  });
  leaving.abort();
  await Promise.all([reading, tail.leave()]);
});

it('goes on after an outage where it was', async () => {
  await untilNothingIsHeldBack(store);
  const reader = startReading(feed, await feed.now());
  await delay(300);
  await cutConnections(store, 'queries');
  await eventually(() => handlerOn(store).handle('after-outage', [create()], 1));
  await eventually(() => {
    expect(reader.versions()).toEqual(['after-outage/1']);
  });
  await reader.leave();
});

it('asks nothing while nobody reads', async () => {
  await delay(300);
  expect(feed.readers()).toBe(0);
  const [before] = await store.sql(`select statistics.calls from (select max(query_start) as calls
    from pg_stat_activity where application_name = 'redress queries' and datname = current_database()
      and query not like '%statistics%') statistics`);
  await delay(1_000);
  const [after] = await store.sql(`select statistics.calls from (select max(query_start) as calls
    from pg_stat_activity where application_name = 'redress queries' and datname = current_database()
      and query not like '%statistics%') statistics`);
  expect(after).toEqual(before);
});

it('gives out places of messages only: ids of transactions that came to nothing are given again after a crash', async () => {
  await handlerOn(store).handle('newest', [create()], 1);
  await untilNothingIsHeldBack(store);
  const [newest] = await store.sql<{ id: string }>(
    'select max(transaction_id::text::bigint)::text as id from redress.event_stream',
  );
  const client = await stall('nothing comes of it');
  await client.query('rollback');
  await client.end();
  expect((await feed.now()).transactionId).toBe(BigInt(newest?.id ?? 0));
  expect((await feed.horizon()).transactionId).toBeGreaterThan(BigInt(newest?.id ?? 0));
});
