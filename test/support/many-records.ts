import pg from 'pg';
import type { TestStore } from './store.ts';

/** When the records of {@link storeManyRecords} are looked at: half of what is due at all is due by then. */
export const MANY_RECORDS_NOW = 1_756_900_000_000;

/** Id of record `n`: ids ascend with the time, as global ids do. */
export const manyRecordsId = (n: number): string => `0Uv${String(n).padStart(9, '0')}1002`;

const SNAPSHOTS = `
insert into redress.snapshot (engaged, document)
select 2147483647, jsonb_build_object(
  'contextName', 'compensation-service', 'aggregateName', 'execution_failed', 'aggregateId', id, 'tenantId', '(0)',
  'ownerId', '', 'spaceId', '', 'version', 1 + n % 20, 'eventId', 'event-' || n, 'firstOperator', '', 'operator', '',
  'firstEventTime', at, 'eventTime', at, 'snapshotTime', at, 'tags', '{}'::jsonb, 'deleted', false,
  'state', jsonb_build_object(
    'id', id,
    'eventId', jsonb_build_object('id', 'source-' || n, 'version', 1, 'aggregateId', jsonb_build_object(
      'contextName', 'context-' || n % 20, 'aggregateName', 'aggregate-' || n % 100, 'aggregateId', 'order-' || n / 2,
      'tenantId', '(0)')),
    'function', jsonb_build_object('functionKind', 'EVENT', 'contextName', 'context-' || n % 10, 'name', 'onOrderPaid',
      'processorName', 'Saga' || n % 50),
    'error', jsonb_build_object('errorCode', 'BadRequest', 'errorMsg', 'order-' || n || ' is not payable',
      'stackTrace', 'java.lang.IllegalStateException: order-' || n || ($2::text[])[1 + n % cardinality($2)],
      'succeeded', false),
    'executeAt', at,
    'retrySpec', jsonb_build_object('maxRetries', 10, 'minBackoff', 180, 'executionTimeout', 120),
    'retryState', jsonb_build_object('retries', retries, 'retryAt', at, 'timeoutAt', at + 120000,
      'nextRetryAt', at + 300000),
    'status', status,
    'recoverable', case when n % 50 = 1 then 'UNRECOVERABLE' when n % 3 = 0 then 'UNKNOWN' else 'RECOVERABLE' end,
    'isBelowRetryThreshold', retries < 10, 'isRetryable', retries < 10 and status <> 'SUCCEEDED'))
from (
  select n, '0Uv' || lpad(n::text, 9, '0') || '1002' as id, ${MANY_RECORDS_NOW} + (n - $1 / 2) * 1000::bigint as at,
    case when n % 50 > 4 then 'SUCCEEDED' when n % 50 = 4 then 'PREPARED' else 'FAILED' end as status,
    case when n % 7 = 0 then 10 else n % 7 end as retries
  from generate_series($3::int, $4::int) n
) as records`;

const EVENT_STREAMS = `
insert into redress.event_stream (document)
select jsonb_build_object(
  'id', 'stream-' || n || '-' || version, 'contextName', 'compensation-service', 'aggregateName', 'execution_failed',
  'header', '{}'::jsonb, 'aggregateId', '0Uv' || lpad(n::text, 9, '0') || '1002', 'tenantId', '(0)', 'ownerId', '',
  'spaceId', '', 'commandId', n || '-' || version, 'requestId', n || '-' || version, 'version', version,
  'createTime', ${MANY_RECORDS_NOW} + version, 'size', 1,
  'body', jsonb_build_array(jsonb_build_object('id', 'event-' || n, 'name', 'recoverable_marked', 'revision', '0.0.1',
    'bodyType', 'x', 'body', jsonb_build_object('recoverable', 'UNKNOWN'))))
from generate_series(1, $1::int) n, generate_series(1, $2::int) version`;

/** Records that one statement stores. */
const CHUNK = 100_000;

/** A database to fill. */
type Filled = Pick<TestStore, 'url'>;

/**
 * Stores records as a busy installation has them, made inside Postgres: 90 % SUCCEEDED, 6 % FAILED, 2 % PREPARED, 2 %
 * FAILED and UNRECOVERABLE, each with one of the `traces`. To the service their workflows run, so that it starts none.
 * `onStored` is told how many are there already.
 */
export async function storeManyRecords(
  store: Filled,
  count: number,
  traces: readonly string[],
  onStored: (stored: number) => void = () => undefined,
): Promise<void> {
  await inBulk(store, 'snapshot', async (session) => {
    for (let first = 1; first <= count; first += CHUNK) {
      const last = Math.min(count, first + CHUNK - 1);
      await session.query(SNAPSHOTS, [count, traces, first, last]);
      onStored(last);
    }
  });
}

/** Stores `versions` event streams of each of `count` records. */
export async function storeManyEventStreams(store: Filled, count: number, versions: number): Promise<void> {
  await inBulk(store, 'event_stream', (session) => session.query(EVENT_STREAMS, [count, versions]));
}

/** Without a write-ahead log, and with the indexes made afterwards: a test has no time to lose. */
export async function inBulk(
  store: Filled,
  table: 'snapshot' | 'event_stream',
  insert: (session: pg.Client) => Promise<unknown>,
): Promise<void> {
  const session = new pg.Client({ connectionString: store.url, application_name: 'redress tests' });
  await session.connect();
  try {
    await session.query(`alter table redress.${table} set unlogged`);
    const { rows: indexes } = await session.query<{ name: string; definition: string }>(
      `select indexrelid::regclass as name, pg_get_indexdef(indexrelid) as definition
from pg_index where indrelid = $1::regclass and not exists (select from pg_constraint where conindid = indexrelid)`,
      [`redress.${table}`],
    );
    for (const { name } of indexes) await session.query(`drop index ${name}`);
    await insert(session);
    for (const { definition } of indexes) await session.query(definition);
    await session.query(`vacuum analyze redress.${table}`);
  } finally {
    await session.end();
  }
}
