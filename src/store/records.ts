import type { EventStream, Snapshot } from '../domain/index.ts';
import { type Client, type Pool, type Statement, run } from './pools.ts';

/** A record as it is stored: its snapshot and what stands beside the document. */
export interface StoredRecord {
  readonly snapshot: Snapshot;
  /** Epoch milliseconds; null: nothing is due by itself. */
  readonly deadline: number | null;
  /** Epoch milliseconds. */
  readonly notBefore: number | null;
  /** The Temporal epoch in which its workflow was last started; 0: never. */
  readonly engaged: number;
  /** The era of the feed in which it was read: another one means that Postgres was set back. Left out where it was not read. */
  readonly era?: number | undefined;
}

/** A record as Postgres gives it. */
export interface RecordRow {
  document: Snapshot;
  deadline: string | null;
  not_before: string | null;
  engaged: number;
  era?: number;
}

const LOAD: Statement = {
  name: 'record.load',
  text: `select document, deadline, not_before, engaged, (select era from redress.feed) as era
from redress.snapshot where aggregate_id = $1`,
};

const LOAD_SNAPSHOTS: Statement = {
  name: 'record.load-snapshots',
  text: 'select document from redress.snapshot where aggregate_id = any($1)',
};

const LOCK: Statement = { name: 'record.lock', text: `${LOAD.text} for update` };

const CREATE: Statement = {
  name: 'record.create',
  text: `with stream as (insert into redress.event_stream (document) values ($1))
insert into redress.snapshot (document, deadline, not_before, engaged) values ($2, $3, $4, $5)`,
};

const APPEND: Statement = {
  name: 'record.append',
  // A transaction that waited for the row more than once may have its id before the one that wrote the version before:
  // Postgres gives it where the first wait ends. The feed keeps the versions in order by the greater of both ids.
  text: `with stream as (
  insert into redress.event_stream (document, transaction_id)
  select $1, greatest(pg_current_xact_id(), (
    select before.transaction_id from redress.event_stream before
    where before.aggregate_id = $6 and before.version = ($1::jsonb -> 'version')::int - 1
      and before.era = (select era from redress.feed)))
)
update redress.snapshot set document = $2, deadline = $3, not_before = $4, engaged = $5 where aggregate_id = $6`,
};

const REGENERATE: Statement = {
  name: 'record.regenerate',
  text: `insert into redress.snapshot as stored (document, deadline, not_before, engaged) values ($1, $2, $3, $4)
on conflict on constraint snapshot_key do update set
  document = excluded.document, deadline = excluded.deadline, not_before = excluded.not_before, engaged = excluded.engaged
where stored.version <= (excluded.document -> 'version')::int`,
};

const DISARM: Statement = {
  name: 'record.disarm',
  text: 'update redress.snapshot set deadline = null where aggregate_id = $1',
};

const ENGAGE: Statement = {
  name: 'record.engage',
  text: 'update redress.snapshot set engaged = $2 where aggregate_id = $1 and engaged < $2',
};

/** The record as it stands, without a lock. */
export async function loadRecord(pool: Pool, id: string): Promise<StoredRecord | null> {
  return firstRecord(await pool.query<RecordRow & object>(LOAD, [id]));
}

/** The snapshots of these records as they stand, by their ids. */
export async function loadSnapshots(pool: Pool, ids: readonly string[]): Promise<ReadonlyMap<string, Snapshot>> {
  const rows = await pool.query<{ document: Snapshot }>(LOAD_SNAPSHOTS, [ids]);
  return new Map(rows.map(({ document }) => [document.aggregateId, document]));
}

/** The record as it stands, locked until the transaction ends. Nothing may be written before: the feed waits for all who have written. */
export async function lockRecord(client: Client, id: string): Promise<StoredRecord | null> {
  return firstRecord(await run<RecordRow & object>(client, LOCK, [id]));
}

/** Stores the first version of a record; its unique keys decide between two that are sent at once. */
export async function createRecord(pool: Pool, stream: EventStream, record: StoredRecord): Promise<void> {
  await pool.query(CREATE, [JSON.stringify(stream), ...values(record)]);
}

/** Stores the next version of a record that this transaction has locked. */
export async function appendToRecord(client: Client, stream: EventStream, record: StoredRecord): Promise<void> {
  await run(client, APPEND, [JSON.stringify(stream), ...values(record), stream.aggregateId]);
}

/** Stores a snapshot made anew from all events, unless a newer version is there. */
export async function regenerateRecord(client: Client, record: StoredRecord): Promise<void> {
  await run(client, REGENERATE, values(record));
}

/** Takes the deadline off a record that this transaction has locked; its next version sets it anew. */
export async function disarmRecord(client: Client, id: string): Promise<void> {
  await run(client, DISARM, [id]);
}

/** Notes that the record's workflow runs in this epoch; a process that has not heard of a later one yet takes nothing back. */
export async function engageRecord(pool: Pool, id: string, epoch: number): Promise<void> {
  await pool.query(ENGAGE, [id, epoch]);
}

function values({ snapshot, deadline, notBefore, engaged }: StoredRecord): unknown[] {
  return [JSON.stringify(snapshot), deadline, notBefore, engaged];
}

const firstRecord = ([row]: readonly RecordRow[]): StoredRecord | null => (row === undefined ? null : toRecord(row));

/** The record in a row. */
export function toRecord(row: RecordRow): StoredRecord {
  return {
    snapshot: row.document,
    // bigint arrives as text; the values are bounded by 2^53 - 1 where they are made.
    deadline: row.deadline === null ? null : Number(row.deadline),
    notBefore: row.not_before === null ? null : Number(row.not_before),
    engaged: row.engaged,
    era: row.era,
  };
}
