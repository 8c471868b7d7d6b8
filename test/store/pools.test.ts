import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  StoreConflict,
  StoreRefused,
  StoreUnavailable,
  createPools,
  isReachable,
  pingStore,
  recordRefusal,
  run,
} from '../../src/store/index.ts';
import { refuse } from '../../src/domain/index.ts';
import { freePort } from '../support/redress.ts';
import { SILENT, type TestStore, openStore } from '../support/store.ts';

let store: TestStore;

beforeAll(async () => {
  store = await openStore();
});
afterAll(() => store.close());

const REFUSAL = refuse('IllegalState', 'no');
const TOUCH = { name: 'test.touch', text: 'update redress.refusal set message = $1' };
const INSERT_EVENT = { name: 'test.insert', text: 'insert into redress.event_stream (document) values ($1)' };

const BACKEND = { name: 'test.backend', text: 'select pg_backend_pid() as pid' };

const event = (but: object): string =>
  JSON.stringify({ aggregateId: 'a', version: 1, commandId: 'c', requestId: 'r', ...but });

describe('a transaction', () => {
  it('leaves nothing behind where it throws, and its connection can be used again', async () => {
    for (let times = 0; times < 40; times += 1) {
      const failing = store.commands.transaction(async (client) => {
        await recordRefusal(client, `rolled-back-${times}`, 'a', 1, REFUSAL);
        throw new Error('defect');
      });
      await expect(failing).rejects.toThrow('defect');
    }
    expect(await store.sql('select from redress.refusal')).toEqual([]);
  });

  it('whose connection is cut is unavailable, and the next one gets another connection', async () => {
    const failing = store.commands.transaction(async (client) => {
      const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
      await store.sql('select pg_terminate_backend($1)', [rows[0]?.pid]);
      await run(client, TOUCH, ['x']);
    });
    await expect(failing).rejects.toThrow(StoreUnavailable);
    expect(await pingStore(store.commands)).toMatch(/^\d+/);
  });

  it('that waits too long for a row is unavailable', async () => {
    await recordRefusal(store.commands, 'locked', 'a', 1, REFUSAL);
    const session = await store.session('lock');
    await session.query('begin');
    await session.query('select from redress.refusal for update');
    await expect(store.commands.transaction((client) => run(client, TOUCH, ['x']))).rejects.toThrow(StoreUnavailable);
    await session.end();
  });
});

describe('a session with a lock', () => {
  it('is given up by Postgres soon after the machine at its other end is gone', async () => {
    const session = await store.session('lock');
    const { rows } = await session.query<{ seconds: number }>(
      `select sum(setting::int) filter (where name = 'tcp_keepalives_idle') +
         sum(setting::int) filter (where name = 'tcp_keepalives_interval') * 4 as seconds
       from pg_settings where name in ('tcp_keepalives_idle', 'tcp_keepalives_interval')`,
    );
    await session.end();
    expect(Number(rows[0]?.seconds)).toBeLessThanOrEqual(30);
  });
});

describe('what Postgres says', () => {
  it.each([
    ['event_stream_version_key', event({ commandId: 'c2', requestId: 'r2' })],
    ['event_stream_request_key', event({ version: 2, commandId: 'c3' })],
    ['event_stream_command_key', event({ version: 3, requestId: 'r3' })],
    ['event_stream_create_request_key', event({ aggregateId: 'b', commandId: 'c4' })],
  ])('about a taken key is a conflict: %s', async (constraint, document) => {
    await store.commands.query(INSERT_EVENT, [event({})]).catch(() => undefined);
    const inserting = store.commands.query(INSERT_EVENT, [document]);
    await expect(inserting).rejects.toThrow(StoreConflict);
    await expect(inserting).rejects.toMatchObject({ constraint });
  });

  it.each([
    ['no JSON', '{'],
    ['a NUL', '{"aggregateId": "\\u0000"}'],
    ['a missing id', '{"version": 1}'],
    ['a version that is no number', event({ version: 'x' })],
  ])('about data that it will never take is a refusal: %s', async (_what, document) => {
    await expect(store.commands.query(INSERT_EVENT, [document])).rejects.toThrow(StoreRefused);
  });

  it('about data costs no connection', async () => {
    await store.commands.query(INSERT_EVENT, [event({})]).catch(() => undefined);
    const pids = new Set<number>();
    for (let times = 0; times < 5; times += 1) {
      const [row] = await store.commands.query<{ pid: number }>(BACKEND, []);
      pids.add(row?.pid ?? 0);
      await expect(store.commands.query(INSERT_EVENT, [event({})])).rejects.toThrow(StoreConflict);
      await expect(store.commands.query(INSERT_EVENT, ['{'])).rejects.toThrow(StoreRefused);
    }
    expect(pids.size).toBe(1);
  });

  it('about our own mistakes stays what it is', async () => {
    const mistaken = store.commands.query({ name: 'test.mistake', text: 'select * from redress.nothing' }, []);
    await expect(mistaken).rejects.toThrow('relation "redress.nothing" does not exist');
    await expect(mistaken).rejects.not.toThrow(StoreUnavailable);
  });

  it('where nothing is, nobody answers', async () => {
    const url = new URL(store.url);
    url.port = String(await freePort());
    const pools = createPools(url.href, SILENT);
    await expect(pingStore(pools.queries)).rejects.toThrow(StoreUnavailable);
    await expect(pools.session('nobody')).rejects.toThrow(StoreUnavailable);
    expect(await isReachable(pools)).toBe(false);
    await pools.end();
  });
});

describe('whether Postgres can be reached', () => {
  it('is shown by a new connection, while all those of a pool break', async () => {
    const broken = Array.from({ length: 8 }, () => store.creates.query({ name: '', text: 'select pg_sleep(1.5)' }, []));
    const outcomes = Promise.allSettled(broken);
    await expect
      .poll(
        () =>
          store.sql(`select pg_terminate_backend(pid) from pg_stat_activity
            where application_name = 'redress creates' and datname = current_database() and state = 'active'`),
        { timeout: 1_000 },
      )
      .not.toEqual([]);
    expect(await isReachable(store)).toBe(true);
    expect((await outcomes).filter(({ status }) => status === 'rejected')).not.toEqual([]);
  });

  it('does not depend on whether it has one more connection to give', async () => {
    const full = new pg.DatabaseError('sorry, too many clients already', 1, 'error');
    full.code = '53300';
    expect(await isReachable({ session: () => Promise.reject(new StoreUnavailable(full)) })).toBe(true);
  });
});
