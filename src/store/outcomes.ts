import type { Outcome, Refusal, RefusalCode } from '../domain/index.ts';
import { type Client, type Pool, type Statement, run, runOn } from './pools.ts';

/** The recorded outcome of a command, and of which record it is. */
export type RecordedOutcome = Outcome & { readonly aggregateId: string };

interface OutcomeRow {
  command_id: string;
  aggregate_id: string;
  version: number;
  stream_id: string | null;
  code: RefusalCode | null;
  message: string | null;
  reached_handler: boolean | null;
}

const FIND: Statement = {
  name: 'outcome.find',
  text: `select command_id, aggregate_id, version, document ->> 'id' as stream_id, null as code, null as message, null::boolean as reached_handler
from redress.event_stream where command_id = any($1)
union all
select command_id, aggregate_id, version, null, code, message, reached_handler
from redress.refusal where command_id = any($1)`,
};

const FIND_IN_RECORD: Statement = {
  name: 'outcome.find-in-record',
  text: `select command_id, aggregate_id, version, document ->> 'id' as stream_id, null as code, null as message, null::boolean as reached_handler
from redress.event_stream where command_id = $1 or (aggregate_id = $2 and request_id = $3)
union all
select command_id, aggregate_id, version, null, code, message, reached_handler
from redress.refusal where command_id = $1`,
};

const REQUEST_USED: Statement = {
  name: 'outcome.request-used',
  text: 'select 1 from redress.event_stream where aggregate_id = $1 and request_id = $2',
};

const CREATE_REQUEST_USED: Statement = {
  name: 'outcome.create-request-used',
  text: 'select 1 from redress.event_stream where request_id = $1 and version = 1',
};

const REFUSE: Statement = {
  name: 'outcome.refuse',
  text: `insert into redress.refusal (command_id, aggregate_id, code, message, version, reached_handler)
values ($1, $2, $3, $4, $5, $6) on conflict on constraint refusal_key do nothing`,
};

const PRUNE: Statement = {
  name: 'outcome.prune',
  text: `delete from redress.refusal where command_id in (
  select command_id from redress.refusal where recorded_at < clock_timestamp() - interval '24 hours' limit $1)
returning 1`,
};

/** The recorded outcomes of these commands; one without an outcome is not (yet) decided. */
export async function findOutcomes(pool: Pool, commandIds: readonly string[]): Promise<RecordedOutcome[]> {
  return (await pool.query<OutcomeRow & object>(FIND, [commandIds])).map(toOutcome);
}

/** What the past says about a command that is about to be decided. */
export interface Precedent {
  /** The command was decided before, here or (by a sender's mistake) on another record. */
  readonly outcome: RecordedOutcome | null;
  /** Another command with this request id became a version of this record. */
  readonly requestUsed: boolean;
}

/** Looks both ids up inside the transaction that holds the record, in one statement. */
export async function findPrecedent(
  client: Client,
  id: string,
  commandId: string,
  requestId: string,
): Promise<Precedent> {
  const rows = await run<OutcomeRow & object>(client, FIND_IN_RECORD, [commandId, id, requestId]);
  const own = rows.find((row) => row.command_id === commandId);
  return { outcome: own === undefined ? null : toOutcome(own), requestUsed: own === undefined && rows.length > 0 };
}

/** Whether a command with this request id became a version of this record; without an id: whether one created any record. */
export async function wasRequestUsed(pool: Pool, id: string | null, requestId: string): Promise<boolean> {
  const rows = await (id === null
    ? pool.query(CREATE_REQUEST_USED, [requestId])
    : pool.query(REQUEST_USED, [id, requestId]));
  return rows.length > 0;
}

/** Records a refusal, in the transaction that decided it or alone (a create locks nothing). */
export async function recordRefusal(
  on: Client | Pool,
  commandId: string,
  id: string,
  version: number,
  refusal: Refusal,
): Promise<void> {
  const values = [commandId, id, refusal.code, refusal.message, version, refusal.reachedHandler];
  await runOn(on, REFUSE, values);
}

/** Forgets at most `limit` refusals of more than a day ago. @returns how many there were */
export async function pruneRefusals(pool: Pool, limit: number): Promise<number> {
  return (await pool.query(PRUNE, [limit])).length;
}

function toOutcome(row: OutcomeRow): RecordedOutcome {
  const common = { commandId: row.command_id, aggregateId: row.aggregate_id, version: row.version };
  if (row.code === null || row.message === null || row.reached_handler === null) {
    return { ...common, ok: true, streamId: row.stream_id ?? '' };
  }
  return { ...common, ok: false, code: row.code, message: row.message, reachedHandler: row.reached_handler };
}
