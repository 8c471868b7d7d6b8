import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import proto from '@temporalio/proto';
import { workflowId } from '../src/temporal/names.ts';
import type { LoadGenerator } from './load-generator.ts';
import { type Servers, queryOnce } from './servers.ts';
import type { Side } from './sides.ts';

/** What a record leaves behind in both databases. */
export interface Work {
  /** The types of the events in the history of its workflow. */
  readonly events: readonly string[];
  readonly historyBytes: number;
  /** Versions, in rows of the event log. */
  readonly versions: number;
  /** The indexes that its rows are in; those of parts of a table are the ones that could differ. */
  readonly indexes: readonly string[];
  /** Bytes of the documents in the event log and of the snapshot, as they are stored. */
  readonly documentBytes: number;
}

/** The documents of one side may be larger than those of the other by this share. */
const DOCUMENTS_APART = 0.1;
/** Milliseconds after an answer until all that follows from it is written. */
const SETTLE = 1_000;

/** Stored by the workflow, event and snapshot are of one transaction; otherwise the starter has changed the snapshot since, or will. */
const WITHOUT_WORKFLOW = `select count(*)::int as count
from redress.snapshot s join redress.event_stream e using (aggregate_id)
where s.aggregate_id = any($1) and s.version = 1 and e.version = 1
  and (s.engaged = 0 or s.xmin::text::bigint <> e.transaction_id::text::bigint % 4294967296)`;

const WORK = `select count(*)::int as versions, (sum(pg_column_size(document))
  + (select pg_column_size(document) from redress.snapshot where aggregate_id = $1))::int as "documentBytes"
from redress.event_stream where aggregate_id = $1`;

/**
 * Makes a record on each side and compares what it leaves behind after a create and a signal.
 * @throws Error where the histories or the rows differ
 */
export async function compareWork(
  servers: Servers,
  load: LoadGenerator,
  sides: readonly Side[],
): Promise<Readonly<Record<string, Work>>> {
  const works: Record<string, Work> = {};
  for (const side of sides) works[side.name] = await workOf(servers, side, await makeRecord(load, side));
  return sameWork(works);
}

/**
 * What these records have left behind, one of each side.
 * @throws Error where it differs: a baseline that does less than the product, or more, is none
 */
export function sameWork<Works extends Readonly<Record<string, Work>>>(works: Works): Works {
  const all = Object.values(works);
  const kinds = new Set(all.map(({ events, versions, indexes }) => JSON.stringify({ events, versions, indexes })));
  const bytes = all.map(({ documentBytes }) => documentBytes);
  if (kinds.size > 1 || Math.max(...bytes) > Math.min(...bytes) * (1 + DOCUMENTS_APART)) {
    throw new Error(
      `The sides do not do the same work, so their ratio means nothing: ${JSON.stringify(works, null, 2)}`,
    );
  }
  return works;
}

async function makeRecord(load: LoadGenerator, side: Side): Promise<string> {
  const job = { url: side.url, callers: 1, until: { commands: 1 } };
  const due = { first: Date.now() + 3_600_000, interval: 0 };
  const { ids } = await load.run({ ...job, command: { name: 'create', due } });
  const [id = ''] = ids;
  await sleep(SETTLE);
  await load.run({ ...job, command: { name: 'signal', ids } });
  await sleep(SETTLE);
  return id;
}

/** What a record has left behind up to now. */
export async function workOf({ temporalAddress }: Servers, side: Side, id: string): Promise<Work> {
  const connection = await Connection.connect({ address: temporalAddress });
  try {
    const handle = new Client({ connection, namespace: side.namespace }).workflow.getHandle(workflowId(id));
    const { events } = await handle.fetchHistory();
    const { historySize } = await handle.describe();
    const [rows] = await queryOnce<Pick<Work, 'versions' | 'documentBytes'>>(side.databaseUrl, WORK, [id]);
    if (rows === undefined) throw new Error('an aggregate gives one row');
    return {
      ...rows,
      indexes: await indexesOf(side, id),
      events: (events ?? []).map(({ eventType }) => nameOf(eventType)),
      historyBytes: historySize ?? 0,
    };
  } finally {
    await connection.close();
  }
}

const INDEXES = `select tablename as table, indexname as name,
  coalesce(pg_get_expr(indpred, indrelid), 'true') as holds
from pg_indexes join pg_index on indexrelid = format('%I.%I', schemaname, indexname)::regclass
where schemaname = 'redress' and tablename in ('event_stream', 'snapshot') order by indexname`;

/** Every row of the record is looked at with the condition of every index. */
async function indexesOf({ databaseUrl }: Side, id: string): Promise<string[]> {
  const indexes = await queryOnce<{ table: string; name: string; holds: string }>(databaseUrl, INDEXES);
  const entries = indexes.map(
    ({ table, name, holds }) => `select '${name}' as name from redress.${table} where aggregate_id = $1 and (${holds})`,
  );
  const found = await queryOnce<{ name: string }>(databaseUrl, entries.join(' union all '), [id]);
  return found.map(({ name }) => name).toSorted();
}

const nameOf = (eventType: number | null | undefined): string =>
  (proto.temporal.api.enums.v1.EventType[eventType ?? 0] ?? '').replace('EVENT_TYPE_', '').toLowerCase();

/**
 * How many of these new records were stored without a workflow, which is far less work: the service does that with a
 * create that Temporal does not answer within a second.
 */
export async function countWithoutWorkflow({ databaseUrl }: Side, ids: readonly string[]): Promise<number> {
  const [row] = await queryOnce<{ count: number }>(databaseUrl, WITHOUT_WORKFLOW, [ids]);
  return row?.count ?? 0;
}
