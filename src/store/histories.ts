import type { EventStream } from '../domain/index.ts';
import { type Client, type Statement, run } from './pools.ts';
import { type StoredRecord, type RecordRow, toRecord } from './records.ts';

/**
 * The era of events that happened elsewhere. It lies before the beginning of the feed, which no reader comes past: what
 * is history already is not news.
 */
const BEFORE_THE_FEED = -1;

const LOCK: Statement = {
  name: 'histories.lock',
  // In the order in which whoever takes several takes them, so that no two wait for each other.
  text: `select document, deadline, not_before, engaged from redress.snapshot
where aggregate_id = any($1) order by aggregate_id for update`,
};

const FIND: Statement = {
  name: 'histories.find',
  text: `select document from redress.event_stream
join unnest($1::text[], $2::int[]) as wanted (id, number) on aggregate_id = id and version = number`,
};

const TAKE: Statement = {
  name: 'histories.take',
  text: `with streams as (
  insert into redress.event_stream (document, era)
  select document::jsonb, ${BEFORE_THE_FEED} from unnest($1::text[]) as taken (document)
)
insert into redress.snapshot (document, deadline, not_before, engaged)
select document::jsonb, deadline, not_before, engaged
from unnest($2::text[], $3::bigint[], $4::bigint[], $5::int[]) as taken (document, deadline, not_before, engaged)
on conflict on constraint snapshot_key do update set
  document = excluded.document, deadline = excluded.deadline, not_before = excluded.not_before, engaged = excluded.engaged`,
};

/** Those of the records `ids` that there are, by id, locked until the transaction ends. Nothing may be written before. */
export async function lockRecords(client: Client, ids: readonly string[]): Promise<Map<string, StoredRecord>> {
  const records = (await run<RecordRow & object>(client, LOCK, [ids])).map(toRecord);
  return new Map(records.map((record) => [record.snapshot.aggregateId, record]));
}

/** Those of the versions of records that are stored. */
export async function findVersions(
  client: Client,
  versions: readonly Pick<EventStream, 'aggregateId' | 'version'>[],
): Promise<EventStream[]> {
  const rows = await run<{ document: EventStream }>(client, FIND, [
    versions.map(({ aggregateId }) => aggregateId),
    versions.map(({ version }) => version),
  ]);
  return rows.map(({ document }) => document);
}

/** Stores versions that happened elsewhere, and the records that they made, which this transaction has locked or are new. */
export async function takeHistories(
  client: Client,
  streams: readonly EventStream[],
  records: readonly StoredRecord[],
): Promise<void> {
  await run(client, TAKE, [
    streams.map((stream) => JSON.stringify(stream)),
    records.map(({ snapshot }) => JSON.stringify(snapshot)),
    records.map(({ deadline }) => deadline),
    records.map(({ notBefore }) => notBefore),
    records.map(({ engaged }) => engaged),
  ]);
}
