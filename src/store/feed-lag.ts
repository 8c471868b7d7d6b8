import type { Pool, Statement } from './pools.ts';

/** How far behind the feed's readers are, whichever process they are in. Ages in seconds, 0 where nothing waits. */
export interface FeedLag {
  /** Age of the oldest committed message that no reader may see yet, since an older transaction still runs. */
  readonly heldBack: number;
  /** Age of the oldest message that a subscriber has not taken, by its name. */
  readonly subscribers: Readonly<Record<string, number>>;
}

/** The oldest transaction that has written, in whichever database of the cluster: nothing younger can be read before it ends. */
export interface FeedBlocker {
  /** Null: it is prepared for a two-phase commit, and belongs to no session. */
  readonly pid: number | null;
  readonly application: string;
  readonly database: string;
  /** For how long it has been open. */
  readonly seconds: number;
}

const first = (table: string): string => `(select recorded_at from redress.${table} f
    where (f.era, f.transaction_id, f.position) > (place.era, place.transaction_id, place.position)
    order by f.era, f.transaction_id, f.position limit 1)`;

const LAG: Statement = {
  name: 'feed.lag',
  text: `with place as (
  select null as subscriber, era, pg_snapshot_xmin(pg_current_snapshot()) as transaction_id, 0 as position
  from redress.feed
  union all
  select subscriber, era, transaction_id, position from redress.checkpoint
)
select subscriber, coalesce(greatest(0, extract(epoch from clock_timestamp() - least(
    ${first('event_stream')},
    ${first('redelivery')}))), 0)::float8 as seconds
from place`,
};

const BLOCKER: Statement = {
  name: 'feed.blocker',
  text: `select pid, application_name as application, datname as database,
  extract(epoch from clock_timestamp() - xact_start)::float8 as seconds
from pg_stat_activity where backend_xid = pg_snapshot_xmin(pg_current_snapshot())::xid
union all
select null, 'prepared transaction ' || gid, database, extract(epoch from clock_timestamp() - prepared)::float8
from pg_prepared_xacts where transaction = pg_snapshot_xmin(pg_current_snapshot())::xid`,
};

/** How far behind the readers are right now. */
export async function readFeedLag(pool: Pool): Promise<FeedLag> {
  const found = await pool.query<{ subscriber: string | null; seconds: number }>(LAG, []);
  const subscribers = found.flatMap(({ subscriber, seconds }) => (subscriber === null ? [] : [[subscriber, seconds]]));
  return {
    heldBack: found.find(({ subscriber }) => subscriber === null)?.seconds ?? 0,
    subscribers: Object.fromEntries(subscribers) as Record<string, number>,
  };
}

/** Who keeps the readers waiting; null: nobody, or a session of a role that we may not look at. */
export async function findFeedBlocker(pool: Pool): Promise<FeedBlocker | null> {
  return (await pool.query<FeedBlocker & object>(BLOCKER, []))[0] ?? null;
}
