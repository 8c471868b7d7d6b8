import type { EventName, FunctionInfo } from '../domain/index.ts';
import type { Cursor } from './cursor.ts';
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
}

const HORIZON: Statement = {
  name: 'feed.horizon',
  text: 'select era, pg_snapshot_xmin(pg_current_snapshot()) as transaction_id, 0 as position from redress.feed',
};

const rows = (table: string, columns: string): string => `(select era, transaction_id, position, ${columns}
  from redress.${table}
  where (era, transaction_id, position) > ($1::int, $2::xid8, $3::bigint) and (era, transaction_id) < ($4::int, $5::xid8)
  order by era, transaction_id, position limit $6)`;

/** The failed function where the event names it. */
const named = (document: string): string => `case ${document} #>> '{body,0,name}'
    when 'function_changed' then ${document} #> '{body,0,body}'
    else ${document} #> '{body,0,body,function}' end`;

const READ: Statement = {
  name: 'feed.read',
  // Most events do not name the function: an earlier one of the record does, seldom more than two versions back.
  text: `with feed as (
  ${rows('event_stream', `'EVENT' as kind, document as message`)}
  union all
  ${rows('redelivery', 'kind, message')}
  order by era, transaction_id, position limit $6
)
select feed.era, feed.transaction_id, feed.position, feed.kind, feed.message #>> '{body,0,name}' as event,
  coalesce(carried.function, before.function) as function, feed.message::text as message
from feed
cross join lateral (select coalesce(feed.message #> '{state,function}', ${named('feed.message')}) as function) carried
left join lateral (
  select ${named('past.document')} as function from redress.event_stream past
  where past.aggregate_id = feed.message ->> 'aggregateId' and past.version < (feed.message -> 'version')::int
    and past.document #>> '{body,0,name}' in ('execution_failed_created', 'compensation_prepared', 'function_changed')
  order by past.version desc limit 1
) before on carried.function is null
order by feed.era, feed.transaction_id, feed.position`,
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

/** The messages between two places in their order, `limit` at most. Complete where `before` is not above {@link feedHorizon}. */
export async function readFeed(pool: Pool, after: Cursor, before: Cursor, limit: number): Promise<FeedEntry[]> {
  const found = await pool.query<FeedRow & object>(READ, [
    after.era,
    String(after.transactionId),
    String(after.position),
    before.era,
    String(before.transactionId),
    limit,
  ]);
  return found.map(({ kind, event, function: failed, message, ...cursor }) => ({
    cursor: toCursor(cursor),
    kind,
    event,
    function: failed,
    message,
  }));
}

/** A place as Postgres gives it. */
export type CursorRow = Pick<FeedRow, 'era' | 'transaction_id' | 'position'> & object;

/** The place in a row. */
export const toCursor = ({ era, transaction_id, position }: CursorRow): Cursor => ({
  era,
  transactionId: BigInt(transaction_id),
  position: BigInt(position),
});
