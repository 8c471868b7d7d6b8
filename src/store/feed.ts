import type { EventName, FunctionInfo } from '../domain/index.ts';
import { BEGINNING, type Cursor } from './cursor.ts';
import type { Pool, Statement } from './pools.ts';

/** What a row of the feed is: an event stream (contract 4.3), or one with the state after it (4.4). */
export type MessageKind = 'EVENT' | 'STATE_EVENT';

/** One message of the feed. */
export interface FeedEntry {
  readonly cursor: Cursor;
  readonly kind: MessageKind;
  /** The name of its one event. */
  readonly event: EventName;
  /** The failed function, as it was after the event; null: the events that named it are gone. */
  readonly function: Pick<FunctionInfo, 'contextName' | 'processorName' | 'name'> | null;
  /** The message as JSON, ready to be sent. */
  readonly message: string;
}

interface FeedRow {
  era: number;
  transaction_id: string;
  position: string;
  kind: MessageKind;
  event: EventName;
  function: FeedEntry['function'];
  message: string;
  /** Bytes of this message and those before it. */
  size: number;
}

const END: Statement = {
  name: 'feed.end',
  text: `with horizon as materialized (
  select era, pg_snapshot_xmin(pg_current_snapshot()) as transaction_id from redress.feed
), newest as (${['event_stream', 'redelivery']
    .map(
      (table) => `(select t.era, t.transaction_id, t.position from redress.${table} t, horizon h
  where (t.era, t.transaction_id) < (h.era, h.transaction_id)
  order by t.era desc, t.transaction_id desc, t.position desc limit 1)`,
    )
    .join(' union all ')})
select era, transaction_id, position from newest order by era desc, transaction_id desc, position desc limit 1`,
};

const HORIZON: Statement = {
  name: 'feed.horizon',
  text: 'select era, pg_snapshot_xmin(pg_current_snapshot()) as transaction_id, 0 as position from redress.feed',
};

/** The first row of a table behind a place. */
const first = (
  table: string,
  columns: string,
  after: string,
): string => `(select era, transaction_id, position, ${columns}
    from redress.${table}
    where (era, transaction_id, position) > (${after}) and (era, transaction_id) < ($4::int, $5::xid8)
    order by era, transaction_id, position limit 1)`;

/** The first message behind a place. */
const next = (after: string): string => `(
    ${first('event_stream', `'EVENT' as kind, document as message`, after)}
    union all
    ${first('redelivery', 'kind, message', after)}
    order by era, transaction_id, position limit 1
  ) found`;

/** The failed function where the event names it. */
const named = (document: string): string => `case ${document} #>> '{body,0,name}'
    when 'function_changed' then ${document} #> '{body,0,body}'
    else ${document} #> '{body,0,body,function}' end`;

const READ: Statement = {
  name: 'feed.read',
  // From message to message, so that the text of none is made which is not given. Most events do not name the function:
  // an earlier one of the record does, seldom more than two versions back.
  text: `with recursive feed as (
  select found.*, 1 as number, octet_length(found.message::text) as size from ${next('$1::int, $2::xid8, $3::bigint')}
  union all
  select found.*, feed.number + 1, feed.size + octet_length(found.message::text)
  from feed cross join lateral ${next('feed.era, feed.transaction_id, feed.position')}
  where feed.number < $6 and feed.size < $7
)
select feed.era, feed.transaction_id, feed.position, feed.kind, feed.message #>> '{body,0,name}' as event,
  coalesce(carried.function, before.function) as function, feed.message::text as message, feed.size
from feed
cross join lateral (select coalesce(feed.message #> '{state,function}', ${named('feed.message')}) as function) carried
left join lateral (
  select ${named('past.document')} as function from redress.event_stream past
  where past.aggregate_id = feed.message ->> 'aggregateId' and past.version < (feed.message -> 'version')::int
    and past.document #>> '{body,0,name}' in ('execution_failed_created', 'compensation_prepared', 'function_changed')
  order by past.version desc limit 1
) before on carried.function is null
order by feed.number`,
};

/**
 * Behind this place nothing can appear any more before it: every transaction before it has ended. What is committed and
 * stands after it waits for one that has not.
 */
export async function feedHorizon(pool: Pool): Promise<Cursor> {
  const [row] = await pool.query<CursorRow>(HORIZON, []);
  if (row === undefined) throw new Error('the row of redress.feed is missing');
  return toCursor(row);
}

/**
 * The place of the newest message below {@link feedHorizon}; {@link BEGINNING}: there is none. Readers go on from messages:
 * the horizon itself may be lower after a crash of Postgres, which forgets ids of transactions that came to nothing.
 */
export async function feedEnd(pool: Pool): Promise<Cursor> {
  const [row] = await pool.query<CursorRow>(END, []);
  return row === undefined ? BEGINNING : toCursor(row);
}

/**
 * The messages between two places in their order, `count` at most, the last one that with which there are `size` bytes.
 * Complete where `before` is not above {@link feedHorizon}; `isCut`: there may be more of them.
 */
export async function readFeed(
  pool: Pool,
  after: Cursor,
  before: Cursor,
  { count, size }: { readonly count: number; readonly size: number },
): Promise<{ readonly entries: FeedEntry[]; readonly isCut: boolean }> {
  const found = await pool.query<FeedRow & object>(READ, [
    after.era,
    String(after.transactionId),
    String(after.position),
    before.era,
    String(before.transactionId),
    count,
    size,
  ]);
  const entries = found.map((row) => ({
    cursor: toCursor(row),
    kind: row.kind,
    event: row.event,
    function: row.function,
    message: row.message,
  }));
  return { entries, isCut: found.length === count || (found.at(-1)?.size ?? 0) >= size };
}

/** A place as Postgres gives it. */
export type CursorRow = Pick<FeedRow, 'era' | 'transaction_id' | 'position'> & object;

/** The place in a row. */
export const toCursor = ({ era, transaction_id, position }: CursorRow): Cursor => ({
  era,
  transactionId: BigInt(transaction_id),
  position: BigInt(position),
});
