import type { ExecutionFailedStatus, FunctionInfo, RecoverableType } from '../domain/index.ts';
import type { Pool, Statement } from './pools.ts';

const OBSERVE: Statement = {
  name: 'engagement.observe',
  text: `insert into redress.temporal as known (namespace_id, epoch, auto_retry) values ($1, 1, $2)
on conflict on constraint temporal_key do update set
  epoch = known.epoch + case
    when known.namespace_id <> excluded.namespace_id or (excluded.auto_retry and not known.auto_retry) then 1
    else 0 end,
  namespace_id = excluded.namespace_id,
  auto_retry = excluded.auto_retry
returning epoch`,
};

const EARLIER_EPOCHS: Statement = {
  name: 'engagement.earlier-epochs',
  // A loose scan over the index: one step per distinct epoch, however many records it has.
  text: `with recursive epochs (engaged) as (
  (select engaged from redress.snapshot where open order by engaged limit 1)
  union all
  select (select s.engaged from redress.snapshot s where s.open and s.engaged > e.engaged order by s.engaged limit 1)
  from epochs e where e.engaged is not null
)
select engaged from epochs where engaged is not null and engaged < $1`,
};

const OPEN_RECORD = `aggregate_id as id, deadline, document #>> '{state,status}' as status,
  document #>> '{state,recoverable}' as recoverable, document #> '{state,function}' as function,
  document #>> '{state,error,errorCode}' as error_code`;

/** As a sub-select, which Postgres hashes: each record would be compared with every one of an array. */
const isNoneOf = (ids: string): string => `aggregate_id not in (select unnest(${ids}::text[]))`;

const UNENGAGED: Statement = {
  name: 'engagement.unengaged',
  text: `select ${OPEN_RECORD}, deadline as wanted_at from redress.snapshot
where open and engaged = $1 and deadline < $3 and ${isNoneOf('$2')}
order by deadline, aggregate_id limit $4`,
};

const UNENGAGED_ATTEMPTS: Statement = {
  name: 'engagement.unengaged-attempts',
  // Documents are read of those alone whose time ends first: there may be many.
  text: `select ${OPEN_RECORD}, least((document #>> '{state,retryState,retryAt}')::bigint, $3) as wanted_at
from redress.snapshot where aggregate_id in (
  select aggregate_id from redress.snapshot
  where regular and status = 'PREPARED' and timeout_at > $3 and open and engaged = $1 and ${isNoneOf('$2')}
  order by timeout_at, aggregate_id limit $4)`,
};

const UNENGAGED_DEAD_LETTERS: Statement = {
  name: 'engagement.unengaged-dead-letters',
  text: `select ${OPEN_RECORD}, null as wanted_at from redress.snapshot
where open and engaged = $1 and deadline is null and ${isNoneOf('$2')}
order by aggregate_id limit $3`,
};

const OVERDUE: Statement = {
  name: 'engagement.overdue',
  text: `select ${OPEN_RECORD}, deadline as wanted_at from redress.snapshot
where open and engaged = $1 and deadline < $2 and (deadline, aggregate_id) > ($3, $4)
order by deadline, aggregate_id limit $5`,
};

const NEWEST_CREATES: Statement = {
  name: 'engagement.newest-creates',
  text: `select count(*)::int as creates from (
  select version, recorded_at from redress.event_stream order by era desc, transaction_id desc, position desc limit $1
) newest where version = 1 and recorded_at > clock_timestamp() - interval '1 second'`,
};

const OPEN: Statement = { name: 'engagement.open', text: 'select count(*) as open from redress.snapshot where open' };

const ENGAGEMENT: Statement = {
  name: 'engagement.read',
  // Until Temporal was reached for the first time there is no epoch, and no record has a workflow.
  text: `select count(*) as unengaged,
  greatest(0, extract(epoch from clock_timestamp()) - min(deadline) / 1000.0)::float8 as lag
from redress.snapshot where open and engaged < coalesce((select epoch from redress.temporal), 1)`,
};

/** An open record: when it is due, and what its workflow shows of it. Times are epoch milliseconds. */
export interface OpenRecord {
  readonly id: string;
  /** Null: it is not prepared by itself any more. */
  readonly deadline: number | null;
  /** Since when its workflow has something to do: its deadline, or when the attempt was prepared that is out. Null: a dead letter. */
  readonly wantedAt: number | null;
  readonly status: ExecutionFailedStatus;
  readonly recoverable: RecoverableType;
  readonly function: FunctionInfo;
  readonly errorCode: string;
}

/** A place in the order in which records are due. */
export type DuePlace = Pick<OpenRecord, 'deadline' | 'id'>;

/** Before every record. */
export const FIRST_DUE: DuePlace = { deadline: Number.MIN_SAFE_INTEGER, id: '' };

/** How far the starts of workflows are behind the records. */
export interface Engagement {
  /** Open records whose workflow was not started in this epoch. */
  readonly unengaged: number;
  /** Seconds for which the oldest of them has been due; 0: none is due yet. */
  readonly lag: number;
}

interface OpenRow {
  id: string;
  deadline: string | null;
  wanted_at: string | null;
  status: ExecutionFailedStatus;
  recoverable: RecoverableType;
  function: FunctionInfo;
  error_code: string;
}

/**
 * The Temporal epoch to work in. It rises by one when the namespace is another than before (its database was lost), and
 * when automatic retries are switched on again: either way, every open record must be looked after anew.
 */
export async function observeNamespace(pool: Pool, namespaceId: string, autoRetry: boolean): Promise<number> {
  const rows = await pool.query<{ epoch: number }>(OBSERVE, [namespaceId, autoRetry]);
  const epoch = rows[0]?.epoch;
  if (epoch === undefined) throw new Error('the Temporal epoch could not be stored');
  return epoch;
}

/**
 * Open records whose workflow was not started in this epoch and has something to do before `before` (epoch milliseconds), but
 * for the `known` ones, in its order: those that are due and, where `pushedAt` is a time, those with an attempt that is out
 * then, which is delivered again while its time lasts, be it the last one.
 */
export function findUnengaged(
  pool: Pool,
  epoch: number,
  { before, pushedAt }: { readonly before: number; readonly pushedAt: number | null },
  known: readonly string[],
  limit: number,
): Promise<OpenRecord[]> {
  const searches: Search[] = [[UNENGAGED, before]];
  if (pushedAt !== null) searches.push([UNENGAGED_ATTEMPTS, pushedAt]);
  return findInEarlierEpochs(pool, epoch, searches, known, limit);
}

/** Open records with no deadline whose workflow was not started in this epoch, but for the `known` ones. */
export function findUnengagedDeadLetters(
  pool: Pool,
  epoch: number,
  known: readonly string[],
  limit: number,
): Promise<OpenRecord[]> {
  return findInEarlierEpochs(pool, epoch, [[UNENGAGED_DEAD_LETTERS]], known, limit);
}

/** A statement, with what it is given between the ids that are known and the limit. */
type Search = readonly [statement: Statement, ...values: readonly unknown[]];

async function findInEarlierEpochs(
  pool: Pool,
  epoch: number,
  searches: readonly Search[],
  known: readonly string[],
  limit: number,
): Promise<OpenRecord[]> {
  const earlier = await pool.query<{ engaged: number }>(EARLIER_EPOCHS, [epoch]);
  const found = await Promise.all(
    earlier.flatMap(({ engaged }) =>
      searches.map(([statement, ...values]) =>
        pool.query<OpenRow & object>(statement, [engaged, known, ...values, limit]),
      ),
    ),
  );
  // An attempt that is out may have a deadline as well: the end of its time.
  const byId = new Map(found.flat().map((row) => [row.id, toOpenRecord(row)]));
  return [...byId.values()].sort((a, b) => (a.wantedAt ?? 0) - (b.wantedAt ?? 0)).slice(0, limit);
}

/** Engaged records that should have been prepared before `before` (epoch milliseconds) and were not, behind the place `after`. */
export async function findOverdue(
  pool: Pool,
  epoch: number,
  before: number,
  after: DuePlace,
  limit: number,
): Promise<OpenRecord[]> {
  const { deadline, id } = after;
  return (await pool.query<OpenRow & object>(OVERDUE, [epoch, before, deadline, id, limit])).map(toOpenRecord);
}

/** Of the newest `limit` versions of all records so many are creates of the last second, whichever process stored them. */
export async function countNewCreates(pool: Pool, limit: number): Promise<number> {
  const [row] = await pool.query<{ creates: number }>(NEWEST_CREATES, [limit]);
  return row?.creates ?? 0;
}

/** How many records are neither SUCCEEDED nor deleted. */
export async function countOpen(pool: Pool): Promise<number> {
  const rows = await pool.query<{ open: string }>(OPEN, []);
  return Number(rows[0]?.open ?? 0);
}

/** How far the starts of workflows are behind right now. */
export async function readEngagement(pool: Pool): Promise<Engagement> {
  const [row] = await pool.query<{ unengaged: string; lag: number | null }>(ENGAGEMENT, []);
  return { unengaged: Number(row?.unengaged ?? 0), lag: row?.lag ?? 0 };
}

const toOpenRecord = ({ error_code, deadline, wanted_at, ...row }: OpenRow): OpenRecord => ({
  ...row,
  deadline: deadline === null ? null : Number(deadline),
  wantedAt: wanted_at === null ? null : Number(wanted_at),
  errorCode: error_code,
});
