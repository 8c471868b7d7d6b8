import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type DomainEvent, type EventStream, type Snapshot, evolve } from '../../src/domain/index.ts';
import { type Reads, createReads } from '../../src/http/index.ts';
import {
  type Pools,
  StoreUnavailable,
  appendToRecord,
  createPools,
  createRecord,
  migrate,
} from '../../src/store/index.ts';
import { type TestDatabase, createDatabase } from '../support/servers.ts';
import { CREATE } from './doors.ts';

const log = pino({ level: 'silent' });
const RETRY_STATE = { retries: 0, retryAt: 1, timeoutAt: 2, nextRetryAt: 3 };

let database: TestDatabase;
let pools: Pools;
let reads: Reads;

beforeAll(async () => {
  database = await createDatabase();
  await migrate(database.url, log);
  pools = createPools(database.url, log);
  reads = createReads(pools.queries);
});
afterAll(async () => {
  await pools.end();
  await database.drop();
});

/** Stores a record with these events after its creation. */
async function store(id: string, ...events: readonly DomainEvent[]): Promise<Snapshot> {
  const created = { name: 'execution_failed_created', body: { ...CREATE, retryState: RETRY_STATE } } as DomainEvent;
  let snapshot: Snapshot | null = null;
  for (const [index, event] of [created, ...events].entries()) {
    const stream = streamOf(id, index + 1, event);
    snapshot = evolve(snapshot, stream);
    const record = { snapshot, deadline: null, notBefore: null, engaged: 0 };
    if (index === 0) await createRecord(pools.commands, stream, record);
    else await pools.commands.transaction((client) => appendToRecord(client, stream, record));
  }
  if (snapshot === null) throw new Error('a record has at least one event');
  return snapshot;
}

function streamOf(id: string, version: number, event: DomainEvent): EventStream {
  const commandId = `${id}-${version}`;
  return {
    id: `stream-${commandId}`,
    contextName: 'compensation-service',
    aggregateName: 'execution_failed',
    header: {},
    aggregateId: id,
    tenantId: '(0)',
    ownerId: 'alice',
    spaceId: '',
    commandId,
    requestId: commandId,
    version,
    body: [{ ...event, id: `event-${commandId}`, revision: '0.0.1', bodyType: 'x' }],
    createTime: version,
    size: 1,
  };
}

const DELETED: DomainEvent = { name: 'default_aggregate_deleted', body: {} };
const SUCCEEDED: DomainEvent = { name: 'execution_success_applied', body: { executeAt: 5 } };

test('the state and the snapshot of a record are its newest ones', async () => {
  const snapshot = await store('newest', SUCCEEDED);
  expect(await reads.state('newest')).toEqual(snapshot.state);
  expect(await reads.snapshot('newest', '')).toEqual(snapshot);
});

test('a snapshot is shown to its owner and to those who name none', async () => {
  const snapshot = await store('owned');
  expect(await reads.snapshot('owned', 'alice')).toEqual(snapshot);
  expect(await reads.snapshot('owned', 'bob')).toBeNull();
});

test('of a deleted record only its events are left', async () => {
  await store('deleted', DELETED);
  expect(await reads.state('deleted')).toBeNull();
  expect(await reads.snapshot('deleted', '')).toBeNull();
  expect((await reads.events('deleted', 1, 9)).map(({ version }) => version)).toEqual([1, 2]);
});

test('there is nothing of a record that does not exist', async () => {
  expect(await reads.state('missing')).toBeNull();
  expect(await reads.snapshot('missing', '')).toBeNull();
  expect(await reads.events('missing', 1, 9)).toEqual([]);
});

test('events come ascending, both ends of the range included', async () => {
  await store('long', ...Array.from({ length: 9 }, () => SUCCEEDED));
  const versions = async (head: number, tail: number) =>
    (await reads.events('long', head, tail)).map(({ version }) => version);
  expect(await versions(3, 5)).toEqual([3, 4, 5]);
  expect(await versions(-2_147_483_648, 2_147_483_647)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  expect(await versions(5, 3)).toEqual([]);
});

test('no more than a thousand event streams are read at once', async () => {
  const [first] = [await store('endless')];
  const streams = Array.from({ length: 1_001 }, (_, index) => streamOf('endless', index + 2, SUCCEEDED));
  const record = { snapshot: first, deadline: null, notBefore: null, engaged: 0 };
  await pools.commands.transaction(async (client) => {
    for (const stream of streams) await appendToRecord(client, stream, record);
  });
  expect((await reads.events('endless', 1, 5_000)).map(({ version }) => version)).toEqual(
    Array.from({ length: 1_000 }, (_, index) => index + 1),
  );
});

test('a store that is away says so', async () => {
  const away = createPools('postgresql://127.0.0.1:1/none', log);
  await expect(createReads(away.queries).state('x')).rejects.toThrow(StoreUnavailable);
  await away.end();
});
