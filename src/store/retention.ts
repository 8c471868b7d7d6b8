import { type Pool, type Statement, run } from './pools.ts';

/** A record that is SUCCEEDED or deleted. */
export interface FinishedRecord extends FinishedPlace {
  /** How many events it has. */
  readonly version: number;
  readonly deleted: boolean;
  /** A subscriber of the feed has not taken its last event. */
  readonly heldBack: boolean;
}

/** A place in the order in which records were finished. */
export interface FinishedPlace {
  /** Epoch milliseconds of the record's last event. */
  readonly finishedAt: number;
  readonly id: string;
}

/** How much was removed. */
export interface Removed {
  readonly records: number;
  readonly events: number;
}

/** Before every record. */
export const FIRST_FINISHED: FinishedPlace = { finishedAt: Number.MIN_SAFE_INTEGER, id: '' };

/** The expression of an index, together with `not open`. */
const FINISHED_AT = `redress.integer_at(document, '{eventTime}')`;

/** Whether a subscriber has still to take events of a record; `which` picks them. */
const awaited = (which: string): string => `exists (
  select from redress.checkpoint c join redress.event_stream e
    on (e.era, e.transaction_id, e.position) > (c.era, c.transaction_id, c.position)
  where ${which})`;

const FIND: Statement = {
  name: 'retention.find',
  text: `select aggregate_id as id, version, coalesce(deleted, false) as deleted, ${FINISHED_AT} as finished_at,
  ${awaited('e.aggregate_id = s.aggregate_id and e.version = s.version')} as held_back
from redress.snapshot s
where not open and ${FINISHED_AT} < $1 and (${FINISHED_AT}, aggregate_id) > ($2, $3)
order by ${FINISHED_AT}, aggregate_id limit $4`,
};

const LOCK: Statement = {
  name: 'retention.lock',
  // Looked at again under the lock: what was brought back meanwhile does not fit any more.
  text: `select aggregate_id as id from redress.snapshot
where aggregate_id = any($1) and not open and ${FINISHED_AT} < $2 for update skip locked`,
};

const REMOVE: Statement = {
  name: 'retention.remove',
  text: `with gone as (
  select id from unnest($1::text[]) id where not ${awaited('e.aggregate_id = id')}
), snapshots as (
  delete from redress.snapshot using gone where aggregate_id = id returning 1
), events as (
  delete from redress.event_stream using gone where aggregate_id = id returning 1
)
select (select count(*) from snapshots) as records, (select count(*) from events) as events`,
};

const LAST_SUBSCRIBER: Statement = {
  name: 'retention.last-subscriber',
  text: 'select subscriber from redress.checkpoint order by era, transaction_id, position limit 1',
};

const bytesPerRow = (table: string): string => `pg_total_relation_size('redress.${table}') / greatest(1, (
  select case when reltuples > 0 then reltuples else (select count(*) from redress.${table}) end
  from pg_class where oid = 'redress.${table}'::regclass))`;

const SIZES: Statement = {
  name: 'retention.sizes',
  text: `select (${bytesPerRow('snapshot')})::float8 as record, (${bytesPerRow('event_stream')})::float8 as event`,
};

/** At most `limit` records that were finished before `before` (epoch milliseconds), in this order, from behind `after` on. */
export async function findFinished(
  pool: Pool,
  before: number,
  after: FinishedPlace,
  limit: number,
): Promise<FinishedRecord[]> {
  const rows = await pool.query<FinishedRow>(FIND, [before, after.finishedAt, after.id, limit]);
  return rows.map(({ id, version, deleted, finished_at, held_back }) => ({
    id,
    version,
    deleted,
    finishedAt: Number(finished_at),
    heldBack: held_back,
  }));
}

interface FinishedRow {
  id: string;
  version: number;
  deleted: boolean;
  finished_at: string;
  held_back: boolean;
}

/**
 * Removes those of these records, snapshot and events together, that are finished since before `before` (epoch
 * milliseconds), that no other transaction holds, and of which every subscriber has taken every event.
 * @throws StoreTimeout where they are too many; StoreUnavailable
 */
export function removeFinished(pool: Pool, before: number, ids: readonly string[]): Promise<Removed> {
  return pool.transaction(async (client) => {
    const locked = await run<{ id: string }>(client, LOCK, [ids, before]);
    // A statement of its own: it sees the events of whoever had the lock before.
    const [row] = await run<{ records: string; events: string }>(client, REMOVE, [locked.map(({ id }) => id)]);
    return { records: Number(row?.records), events: Number(row?.events) };
  });
}

/** The subscriber that is furthest behind; null: there is none. */
export async function findLastSubscriber(pool: Pool): Promise<string | null> {
  return (await pool.query<{ subscriber: string }>(LAST_SUBSCRIBER, []))[0]?.subscriber ?? null;
}

/** What a record and an event take on average, indexes included, in bytes. */
export async function averageSizes(pool: Pool): Promise<{ readonly record: number; readonly event: number }> {
  const [row] = await pool.query<{ record: number; event: number }>(SIZES, []);
  return row ?? { record: 0, event: 0 };
}
