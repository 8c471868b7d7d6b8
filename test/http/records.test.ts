import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { EventStream, Snapshot, State } from '../../src/domain/index.ts';
import { StoreRefused, StoreUnavailable } from '../../src/store/index.ts';
import { type Doors, json, openDoors } from './doors.ts';

/** The doors hand records through as they are, so that any will do. */
const STATE = { id: 'some id', status: 'FAILED' } as State;
const SNAPSHOT = { aggregateId: 'some id', spaceId: '', tags: {}, state: STATE } as Snapshot;
const STREAMS = [
  { id: 's1', version: 1 },
  { id: 's2', version: 2 },
] as EventStream[];

const asked: unknown[][] = [];
let outage: Error | null = null;

function read<Value>(value: Value): (...args: unknown[]) => Promise<Value> {
  return (...args) => {
    asked.push(args);
    return outage === null ? Promise.resolve(value) : Promise.reject(outage);
  };
}

let doors: Doors;
beforeAll(async () => {
  doors = await openDoors({
    reads: {
      state: (id) => read(id === 'some id' ? STATE : null)(id),
      snapshot: (id, ownerId) => read(id === 'some id' ? SNAPSHOT : null)(id, ownerId),
      events: (id, head, tail) => read(id === 'some id' ? STREAMS : [])(id, head, tail),
    },
  });
});
afterEach(() => {
  outage = null;
});
afterAll(() => doors.close());

const get = (path: string, headers: Record<string, string> = {}) =>
  doors.send({ path: `/execution_failed/${path}`, headers });

const NOT_FOUND = { errorCode: 'NotFound', errorMsg: 'Not found resource!', succeeded: false };

test.each([
  ['some%20id/state', STATE],
  ['some%20id/snapshot', SNAPSHOT],
  ['some%20id/event/1/2', STREAMS],
])('GET %s answers what the store has', async (path, body) => {
  const received = await get(path);
  expect([
    received.status,
    received.headers['content-type'],
    received.headers['wow-error-code'],
    json(received),
  ]).toEqual([200, 'application/json', 'Ok', body]);
});

test.each(['other/state', 'other/snapshot'])('GET %s is not found', async (path) => {
  const received = await get(path);
  expect([received.status, received.headers['wow-error-code'], json(received)]).toEqual([404, 'NotFound', NOT_FOUND]);
});

test('a snapshot is asked for with the owner that the caller names', async () => {
  await get('some%20id/snapshot', { 'Command-Owner-Id': 'alice' });
  expect(asked.at(-1)).toEqual(['some id', 'alice']);
  await get('some%20id/snapshot');
  expect(asked.at(-1)).toEqual(['some id', '']);
});

describe('event streams', () => {
  test('of a record that is not there are an empty list', async () => {
    expect((await get('other/event/1/2')).body).toBe('[]');
  });

  test('come as frames without names for those who stream', async () => {
    const received = await get('some%20id/event/1/2', { Accept: 'text/event-stream' });
    expect(received.body).toBe('data:{"id":"s1","version":1}\n\ndata:{"id":"s2","version":2}\n\n');
    expect(received.headers['content-type']).toBe('text/event-stream;charset=UTF-8');
  });

  test.each([
    ['1', '2147483647', 1, 2_147_483_647],
    ['-2147483648', '+7', -2_147_483_648, 7],
    ['%31', '2', 1, 2],
  ])('%s to %s are asked for as numbers', async (head, tail, headVersion, tailVersion) => {
    await get(`some%20id/event/${head}/${tail}`);
    expect(asked.at(-1)).toEqual(['some id', headVersion, tailVersion]);
  });

  test.each(['x', '2147483648', '1.5', ' ', '1e3', 'null', '９'])(
    'of version %j are refused, for those who stream as well',
    async (version) => {
      for (const accept of ['application/json', 'text/event-stream']) {
        for (const range of [`${encodeURIComponent(version)}/2`, `1/${encodeURIComponent(version)}`]) {
          const received = await get(`a/event/${range}`, { Accept: accept });
          expect([received.status, json(received)['errorMsg']]).toEqual([400, `For input string: "${version}"`]);
        }
      }
    },
  );
});

test.each(['a/state', 'a/snapshot', 'a/event/1/2'])(
  'GET %s says when to come back while the store is away',
  async (path) => {
    outage = new StoreUnavailable(new Error('connect ECONNREFUSED'));
    for (const accept of ['application/json', 'text/event-stream, application/json;q=0.1']) {
      const received = await get(path, { Accept: accept });
      expect([received.status, received.headers['retry-after'], json(received)['errorCode']]).toEqual([
        503,
        '1',
        'ServiceUnavailable',
      ]);
    }
  },
);

test('what the store cannot even look for is the mistake of who asks', async () => {
  outage = new StoreRefused('invalid byte sequence');
  const received = await get('a/state');
  expect([received.status, json(received)['errorCode']]).toEqual([400, 'IllegalArgument']);
});
