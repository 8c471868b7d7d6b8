import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createQueries } from '../../src/http/index.ts';
import { createPools } from '../../src/store/index.ts';
import { eventually } from '../support/eventually.ts';
import { manyRecordsId, storeManyEventStreams, storeManyRecords } from '../support/many-records.ts';
import { monotonousTrace } from '../support/stack-trace.ts';
import { type QueryDoors, openQueryDoors } from '../support/query-doors.ts';
import { SILENT } from '../support/store.ts';
import { GLOBAL_ID, json, openDoors } from './doors.ts';
import type { Received } from './send.ts';

const SSE = { Accept: 'text/event-stream' };
const LISTS = ['/snapshot/list', '/snapshot/list/state', '/event/list'];
const PAGES = ['/snapshot/paged', '/snapshot/paged/state', '/event/paged'];
const SINGLES = ['/snapshot/single', '/snapshot/single/state'];
const COUNTS = ['/snapshot/count', '/event/count'];
const EVERYWHERE = [...LISTS, ...PAGES, ...SINGLES, ...COUNTS];

const ALL = { condition: { operator: 'ALL' } };
const NONE = { condition: { operator: 'ID', value: 'nothing' } };

let doors: QueryDoors;
beforeAll(async () => {
  doors = await openQueryDoors();
  await storeManyRecords(doors.store, 150, [monotonousTrace(1)]);
  await storeManyEventStreams(doors.store, 75, 2);
  await doors.store.sql(`update redress.snapshot set document = document || $2 where aggregate_id = $1`, [
    manyRecordsId(7),
    { ownerId: 'alice', spaceId: 'blue' },
  ]);
});
afterAll(() => doors.close());

const values = (received: Received): unknown => JSON.parse(received.body);
const ids = (received: Received) =>
  (values(received) as { aggregateId: string }[]).map(({ aggregateId }) => aggregateId);
/** The data of the frames, where they have nothing else. */
const frames = (received: Received): unknown[] =>
  received.body
    .split('\n\n')
    .slice(0, -1)
    .map((frame) => JSON.parse(/^data:(.*)$/.exec(frame)?.[1] ?? 'null') as unknown);

describe('a query is answered', () => {
  test.each(COUNTS)('with a number: %s', async (path) => {
    const received = await doors.query(path, {});
    expect([received.status, received.body]).toEqual([200, '150']);
  });

  test.each(LISTS)('with an array, of ten where no limit is named: %s', async (path) => {
    const received = await doors.query(path, ALL);
    expect([received.status, values(received)]).toEqual([200, expect.objectContaining({ length: 10 })]);
  });

  test.each(PAGES)('with a page and how many there are: %s', async (path) => {
    const received = await doors.query(path, { ...ALL, pagination: { index: 8, size: 20 } });
    expect([received.status, json(received)]).toEqual([
      200,
      { total: 150, list: expect.objectContaining({ length: 10 }) as unknown },
    ]);
  });

  test.each(SINGLES)('with one record: %s', async (path) => {
    const received = await doors.query(path, { condition: { operator: 'ID', value: manyRecordsId(3) } });
    const name = path.endsWith('state') ? 'id' : 'aggregateId';
    expect([received.status, json(received)[name]]).toEqual([200, manyRecordsId(3)]);
  });

  test('with nothing in the way that fits its kind', async () => {
    for (const path of LISTS) expect((await doors.query(path, NONE)).body).toBe('[]');
    for (const path of PAGES) expect((await doors.query(path, NONE)).body).toBe('{"total":0,"list":[]}');
    for (const path of COUNTS) expect((await doors.query(path, NONE.condition)).body).toBe('0');
    for (const path of SINGLES) {
      const received = await doors.query(path, NONE);
      expect([received.status, received.headers['wow-error-code'], received.body]).toEqual([
        404,
        'NotFound',
        '{"errorCode":"NotFound","errorMsg":"Not found resource!","succeeded":false}',
      ]);
    }
  });

  test.each(EVERYWHERE)('as JSON that says so: %s', async (path) => {
    const { headers } = await doors.query(path, COUNTS.includes(path) ? {} : ALL);
    expect([headers['content-type'], headers['wow-error-code']]).toEqual(['application/json', 'Ok']);
  });

  test.each(EVERYWHERE)('as an empty one where no body or null is sent: %s', async (path) => {
    for (const body of [null, 'null']) {
      const received = await doors.send({
        method: 'POST',
        path: `/execution_failed${path}`,
        body,
        headers: body === null ? {} : { 'Content-Type': 'application/json' },
      });
      const expected = LISTS.includes(path)
        ? []
        : COUNTS.includes(path)
          ? 150
          : PAGES.includes(path)
            ? { total: 150, list: expect.objectContaining({ length: 10 }) as unknown }
            : expect.any(Object);
      expect([received.status, values(received)]).toEqual([200, expected]);
    }
  });
});

describe('a list or page of any length is the same', () => {
  test.each([1, 9, 10, 11, 99, 100, 101, 110, 111, 149, 150, 151, 0])('limit %d', async (limit) => {
    const expected = Array.from({ length: limit === 0 ? 150 : Math.min(limit, 150) }, (_, n) => manyRecordsId(n + 1));
    expect(ids(await doors.query('/snapshot/list', { ...ALL, limit }))).toEqual(expected);
    const streamed = frames(await doors.query('/snapshot/list/state', { ...ALL, limit }, SSE));
    expect(streamed.map((state) => (state as { id: string }).id)).toEqual(expected);
    const paged = json(await doors.query('/snapshot/paged', { ...ALL, pagination: { index: 1, size: limit } }));
    expect(paged).toEqual({ total: 150, list: expect.objectContaining({ length: expected.length }) as unknown });
  });
});

describe('a stream', () => {
  test.each(LISTS)('has data alone in its frames: %s', async (path) => {
    const list = values(await doors.query(path, { ...ALL, limit: 3 }));
    const received = await doors.query(path, { ...ALL, limit: 3 }, SSE);
    expect(received.body).toBe((list as unknown[]).map((each) => `data:${JSON.stringify(each)}\n\n`).join(''));
    expect([received.status, received.headers['content-type'], received.headers['wow-error-code']]).toEqual([
      200,
      'text/event-stream;charset=UTF-8',
      'Ok',
    ]);
  });

  test.each(LISTS)('of nothing is empty: %s', async (path) => {
    expect((await doors.query(path, NONE, SSE)).body).toBe('');
  });

  test.each([
    ['{', {}, 'IllegalArgument'],
    ['{}', {}, 'IllegalArgument'],
    [JSON.stringify(ALL), { 'Content-Type': 'text/plain' }, 'UnsupportedMediaType'],
    [JSON.stringify({ ...ALL, projection: { include: ['version'], exclude: ['state'] } }), {}, 'BadRequest'],
    [JSON.stringify({ ...ALL, projection: { exclude: ['aggregateId'] } }), {}, 'IllegalState'],
    [JSON.stringify({ ...ALL, limit: 0, projection: { exclude: ['_id'] } }), {}, 'IllegalState'],
  ])('whose body is %s %o is one frame with the error', async (body, headers, code) => {
    const received = await doors.send({
      method: 'POST',
      path: '/execution_failed/snapshot/list',
      headers: { 'Content-Type': 'application/json', ...SSE, ...headers },
      body,
    });
    expect([received.status, received.headers['wow-error-code']]).toEqual([200, 'Ok']);
    expect(received.body).toMatch(
      new RegExp(
        `^id:${GLOBAL_ID}\nevent:${code}\ndata:\\{"errorCode":"${code}","errorMsg":".*"succeeded":false\\}\n\n$`,
      ),
    );
  });

  test.each([...PAGES, ...SINGLES, ...COUNTS])('is nothing that there is of %s', async (path) => {
    const received = await doors.query(path, {}, SSE);
    expect([received.status, received.headers['wow-error-code']]).toEqual([404, 'NotFound']);
  });
});

describe('who asks', () => {
  const asking = async (headers: Record<string, string>): Promise<number> =>
    Number((await doors.query('/snapshot/count', {}, headers)).body);

  test.each<[Record<string, string>, number]>([
    [{ 'Command-Owner-Id': 'alice' }, 1],
    [{ 'Command-Owner-Id': 'bob' }, 0],
    [{ 'Command-Owner-Id': '' }, 150],
    [{ 'Command-Owner-Id': '  ' }, 150],
    [{ 'Wow-Space-Id': 'blue' }, 1],
    [{ 'CoSec-Space-Id': 'blue' }, 1],
    [{ 'Wow-Space-Id': 'blue', 'CoSec-Space-Id': 'red' }, 1],
    [{ 'Wow-Space-Id': 'red', 'CoSec-Space-Id': 'blue' }, 0],
    [{ 'Wow-Space-Id': '', 'CoSec-Space-Id': 'blue' }, 1],
    [{ 'Command-Space-Id': 'red' }, 150],
    [{ 'Command-Owner-Id': 'alice', 'Wow-Space-Id': 'red' }, 0],
    [{ 'Command-Tenant-Id': 'other' }, 150],
  ])('%o sees %d', async (headers, count) => {
    expect(await asking(headers)).toBe(count);
  });

  test.each<[Record<string, string>, number]>([
    [{ 'Command-Owner-Id': 'alice' }, 200],
    [{ 'Command-Owner-Id': 'bob' }, 404],
    [{ 'Wow-Space-Id': 'red' }, 200],
  ])('%o gets the snapshot of a record of alice with %d', async (headers, status) => {
    const path = `/execution_failed/${manyRecordsId(7)}/snapshot`;
    expect((await doors.send({ path, headers })).status).toBe(status);
  });
});

describe('a query that is not JSON', () => {
  test.each(EVERYWHERE)('is refused: %s', async (path) => {
    for (const type of [undefined, 'text/plain', 'application/x-www-form-urlencoded', 'text/json']) {
      const received = await doors.send({
        method: 'POST',
        path: `/execution_failed${path}`,
        headers: type === undefined ? {} : { 'Content-Type': type },
        body: '{}',
      });
      expect([received.status, received.headers['wow-error-code']]).toEqual([415, 'UnsupportedMediaType']);
    }
  });
});

describe('a store that takes too long', () => {
  const TIMED_OUT = {
    errorCode: 'RequestTimeout',
    errorMsg:
      'The store did not get this done in the time it may take. Narrow the condition, sort by another field, or ask for less at a time.',
    succeeded: false,
  };

  /** Locks the tables, and cancels what waits for them, as its timeout would. */
  async function whileLocked(ask: () => Promise<Received>): Promise<Received> {
    const session = await doors.store.session('lock');
    try {
      await session.query('begin; lock table redress.snapshot, redress.event_stream');
      const asked = ask();
      await eventually(async () => {
        const cancelled = await doors.store.sql(`select pg_cancel_backend(pid) from pg_stat_activity
where datname = current_database() and wait_event_type = 'Lock'`);
        expect(cancelled).toHaveLength(1);
      });
      return await asked;
    } finally {
      await session.end();
    }
  }

  test.each([
    ...EVERYWHERE.map((path) => [path, COUNTS.includes(path) ? {} : ALL] as const),
    ['/snapshot/list', { ...ALL, limit: 0 }] as const,
    ['/event/paged', { ...ALL, pagination: { size: 0 } }] as const,
  ])('is a timeout of the request: %s %o', async (path, body) => {
    const received = await whileLocked(() => doors.query(path, body));
    expect([received.status, received.headers['wow-error-code'], json(received)]).toEqual([
      408,
      'RequestTimeout',
      TIMED_OUT,
    ]);
  });

  test('is the last frame of a stream', async () => {
    const received = await whileLocked(() => doors.query('/snapshot/list', ALL, SSE));
    expect(received.body).toBe(`id:${GLOBAL_ID}\nevent:RequestTimeout\ndata:${JSON.stringify(TIMED_OUT)}\n\n`);
  });

  test('is given ten seconds for a query', async () => {
    expect(await doors.store.sql('show statement_timeout')).toEqual([{ statement_timeout: '10s' }]);
  });
});

test('a store that is away is unavailable, and the caller hears when to come back', async () => {
  const pools = createPools('postgresql://127.0.0.1:1/none', SILENT);
  const away = await openDoors({ queries: createQueries(pools, { now: Date.now, zone: 'UTC', guard: false }) });
  for (const limit of [1, 0]) {
    const received = await away.sendJson('POST', '/execution_failed/snapshot/list', { ...ALL, limit });
    expect([received.status, received.headers['wow-error-code'], received.headers['retry-after']]).toEqual([
      503,
      'ServiceUnavailable',
      '1',
    ]);
  }
  await away.close();
  await pools.end();
});

test('days begin in the zone of the settings', async () => {
  // All records were written around noon of that day in London, when it was evening in Tokyo.
  const now = () => Date.parse('2025-09-03T21:30:00Z');
  const count = async (zone: string): Promise<number> => {
    const queries = createQueries(doors.store, { now, zone, guard: false });
    return queries.count(
      { field: 'eventTime', operator: 'TODAY' },
      { subject: 'snapshot', result: 'document', ownerId: '', spaceId: '' },
    );
  };
  expect([await count('UTC'), await count('Asia/Tokyo')]).toEqual([150, 0]);
});
