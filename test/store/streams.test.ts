import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { StoreBusy, StoreRefused, StoreTimeout, StoreUnavailable, createPools } from '../../src/store/index.ts';
import { eventually } from '../support/eventually.ts';
import { freePort } from '../support/redress.ts';
import { SILENT, type TestStore, cutConnections, openStore } from '../support/store.ts';

let store: TestStore;

beforeAll(async () => {
  store = await openStore();
});
afterAll(() => store.close());

const NUMBERS = 'select n from generate_series(1, $1) n';

async function readAll(text: string, values: readonly unknown[]): Promise<object[]> {
  const all: object[] = [];
  for await (const rows of store.streams.read(text, values)) all.push(...rows);
  return all;
}

/** The connections that read a stream right now. */
const reading = async (): Promise<number> => {
  const rows = await store.sql<{ count: number }>(
    `select count(*)::int as count from pg_stat_activity
where datname = current_database() and application_name = 'redress streams' and state <> 'idle'`,
  );
  return rows[0]?.count ?? 0;
};

const nobodyReads = () =>
  eventually(async () => {
    if ((await reading()) > 0) throw new Error('a cursor is still open');
  });

describe('a stream', () => {
  it.each([0, 1, 9, 10, 11, 110, 111, 1_234])('of %d rows has them all, in order', async (size) => {
    const numbers: number[] = [];
    for await (const rows of store.streams.read<{ n: number }>(NUMBERS, [size]))
      numbers.push(...rows.map(({ n }) => n));
    expect(numbers).toEqual(Array.from({ length: size }, (_, index) => index + 1));
  });

  it('begins with a short batch, so that the first row does not wait for a hundred', async () => {
    const sizes: number[] = [];
    for await (const rows of store.streams.read(NUMBERS, [250])) sizes.push(rows.length);
    expect(sizes).toEqual([10, 100, 100, 40]);
  });

  it('touches the store only once it is asked for a row', async () => {
    store.streams.read(NUMBERS, [1]);
    expect(await reading()).toBe(0);
  });

  it('whose reader leaves early ends its cursor', async () => {
    for (let times = 0; times < 10; times += 1) {
      for await (const rows of store.streams.read(NUMBERS, [100_000])) if (rows.length > 10) break;
    }
    await nobodyReads();
  });

  it('whose reader fails ends its cursor', async () => {
    const failing = async () => {
      for await (const rows of store.streams.read(NUMBERS, [1_000])) throw new Error(`cannot take ${rows.length}`);
    };
    await expect(failing()).rejects.toThrow('cannot take 10');
    await nobodyReads();
  });

  it('that is held open does not hold back the feed, which reads below the oldest transaction that writes', async () => {
    const rows = store.streams.read(NUMBERS, [1_000]);
    await rows.next();
    const written = await store.sql<{ id: string }>(`insert into redress.refusal values ('fed', 'a', 'c', 'm', 1, true)
returning pg_current_xact_id()::text as id`);
    // Transactions of other databases count as well, so it may take a moment.
    await eventually(async () => {
      const [seen] = await store.sql<{ below: boolean }>(
        'select $1::xid8 < pg_snapshot_xmin(pg_current_snapshot()) as below',
        [written[0]?.id],
      );
      expect(seen).toEqual({ below: true });
    });
    expect(await reading()).toBe(1);
    await rows.return(undefined);
  });

  it('can write nothing', async () => {
    const writing = readAll(`select nextval('redress.event_stream_position_seq')`, []);
    await expect(writing).rejects.toThrow(/read-only transaction/);
  });

  it('that the store refuses is refused', async () => {
    await expect(readAll('select 1 / $1::int', [0])).rejects.toThrow(StoreRefused);
    await nobodyReads();
  });

  it('may take ten seconds for a batch, and be left alone for a minute and a half', async () => {
    const settings = 'statement_timeout,idle_in_transaction_session_timeout';
    const text = `select name, current_setting(name) as value from unnest(string_to_array($1, ',')) name`;
    expect(await readAll(text, [settings])).toEqual([
      { name: 'statement_timeout', value: '10s' },
      { name: 'idle_in_transaction_session_timeout', value: '90s' },
    ]);
  });

  it('that is cancelled as one that takes too long has timed out', async () => {
    const session = await store.session('lock');
    await session.query('begin; lock table redress.refusal');
    const waiting = readAll('select * from redress.refusal', []);
    const timedOut = expect(waiting).rejects.toThrow(StoreTimeout);
    await eventually(async () => {
      const cancelled = await store.sql(`select pg_cancel_backend(pid) from pg_stat_activity
where datname = current_database() and application_name = 'redress streams' and wait_event_type = 'Lock'`);
      if (cancelled.length === 0) throw new Error('it does not wait yet');
    });
    await timedOut;
    await session.end();
    await nobodyReads();
  });

  it('whose connection is cut breaks off, and the next one gets another connection', async () => {
    const rows = store.streams.read(NUMBERS, [1_000]);
    await rows.next();
    await cutConnections(store, 'streams');
    await expect(rows.next()).rejects.toThrow(StoreUnavailable);
    expect(await readAll(NUMBERS, [1])).toEqual([{ n: 1 }]);
  });
});

it('a ninth stream waits for two seconds and no longer, and runs once one of the eight has ended', async () => {
  const eight = Array.from({ length: 8 }, () => store.streams.read(NUMBERS, [1_000]));
  await Promise.all(eight.map((rows) => rows.next()));
  const began = performance.now();
  await expect(readAll(NUMBERS, [1])).rejects.toThrow(StoreBusy);
  expect(performance.now() - began).toBeLessThan(3_000);
  const ninth = readAll(NUMBERS, [1]);
  await eight[0]?.return(undefined);
  expect(await ninth).toEqual([{ n: 1 }]);
  await Promise.all(eight.map((rows) => rows.return(undefined)));
});

it('where nothing is, a stream is unavailable rather than busy', async () => {
  const url = new URL(store.url);
  url.port = String(await freePort());
  const pools = createPools(url.href, SILENT);
  await expect(pools.streams.read(NUMBERS, [1]).next()).rejects.toThrow(StoreUnavailable);
  await pools.end();
});
