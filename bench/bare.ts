import { fileURLToPath } from 'node:url';
import { Client } from '@temporalio/client';
import { SearchAttributeType, TypedSearchAttributes, defineSearchAttributeKey } from '@temporalio/common';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { NativeConnection } from '@temporalio/worker';
import pg from 'pg';
import { type Request, serve } from './bare-serving.ts';
import { BareWorker } from './bare-worker.ts';
import type { Activities, Command, Outcome, bare } from './bare-workflow.ts';
import { CREATE, DOCUMENTS, type Documents, newId } from './create-statement.ts';

// The statements of the product, word for word.
const LOCK = `select document, deadline, not_before, engaged from redress.snapshot where aggregate_id = $1 for update`;
const PRECEDENT = `select command_id, aggregate_id, version, document ->> 'id' as stream_id, null as code, null as message, null::boolean as reached_handler
from redress.event_stream where command_id = $1 or (aggregate_id = $2 and request_id = $3)
union all
select command_id, aggregate_id, version, null, code, message, reached_handler
from redress.refusal where command_id = $1`;
const APPEND = `with stream as (
  insert into redress.event_stream (document, transaction_id)
  select $1, greatest(pg_current_xact_id(), (
    select before.transaction_id from redress.event_stream before
    where before.aggregate_id = $6 and before.version = ($1::jsonb -> 'version')::int - 1
      and before.era = (select era from redress.feed)))
)
update redress.snapshot set document = $2, deadline = $3, not_before = $4, engaged = $5 where aggregate_id = $6`;

interface Snapshot {
  version: number;
  state: { retrySpec: { minBackoff: number }; retryState: object; eventId: object; function: object };
}

const made = JSON.parse(process.env[DOCUMENTS] ?? '') as Documents;
const pool = new pg.Pool({ connectionString: process.env['DATABASE_URL'], max: 16, statement_timeout: 2_000 });

async function create(id: string, { commandId, body }: Command): Promise<{ version: number; deadline: number }> {
  const nextRetryAt = Number(body['executeAt']) + (body['retrySpec'] as { minBackoff: number }).minBackoff * 1_000;
  const { state } = made.snapshot;
  const error = { ...state.error, ...(body['error'] as object) };
  const created = { ...body, error, retryState: { ...state.retryState, nextRetryAt } };
  const snapshot = { ...made.snapshot, aggregateId: id, state: { ...state, id, ...created } };
  const values = [...documents(id, 1, commandId, created, snapshot), nextRetryAt, null, 1];
  await pool.query({ name: 'create', text: CREATE, values });
  return { version: 1, deadline: nextRetryAt };
}

async function update(id: string, { name, commandId, body }: Command): Promise<{ version: number; deadline: number }> {
  const client = await pool.connect();
  try {
    await client.query('begin');
    const { rows } = await client.query<pg.QueryResultRow>({ name: 'lock', text: LOCK, values: [id] });
    await client.query({ name: 'precedent', text: PRECEDENT, values: [commandId, id, commandId] });
    const { document, deadline: before } = rows[0] as { document: Snapshot; deadline: string };
    const version = document.version + 1;
    const { retrySpec, retryState, eventId, function: failed } = document.state;
    const isDue = name === 'prepare';
    const deadline = isDue ? Date.now() + 2 * retrySpec.minBackoff * 1_000 : Number(before);
    const retried = { ...retryState, nextRetryAt: deadline };
    const change = isDue ? { eventId, function: failed, retryState: retried } : body;
    const state = { ...document.state, ...(isDue ? { status: 'PREPARED', retryState: retried } : { retrySpec: body }) };
    const values = documents(id, version, commandId, change, { ...document, state });
    await client.query({ name: 'append', text: APPEND, values: [...values, deadline, null, 1, id] });
    await client.query('commit');
    client.release();
    return { version, deadline };
  } catch (error) {
    client.release(true);
    throw error;
  }
}

/** As large as the product's, so that every index is written. */
function documents(aggregateId: string, version: number, commandId: string, body: object, snapshot: object): string[] {
  const ids = { id: newId(), aggregateId, version, commandId, requestId: commandId };
  const [event] = made.stream.body;
  return [
    JSON.stringify({ ...made.stream, ...ids, body: [{ ...event, body }] }),
    JSON.stringify({ ...snapshot, version }),
  ];
}

const handle: Activities['handle'] = async (aggregateId, commands) => {
  const outcomes: Outcome[] = [];
  let decided = { version: 0, deadline: 0 };
  for (const command of commands) {
    decided = await (command.name === 'create' ? create : update)(aggregateId, command);
    outcomes.push({ commandId: command.commandId, aggregateId, version: decided.version });
  }
  return { outcomes, deadline: decided.deadline };
};

const waiting = new Map<string, (outcome: Outcome) => void>();
const reply = (_info: unknown, outcome: Outcome) => waiting.get(outcome.commandId)?.(outcome);
const { connectionOptions, namespace = 'default' } = loadClientConnectConfig();
const connection = await NativeConnection.connect({ ...connectionOptions, grpcCompression: { codec: 'none' } });
const { workflow } = new Client({ connection, namespace });
const worker = await BareWorker.create({
  connection,
  namespace,
  taskQueue: 'bare',
  workflowsPath: fileURLToPath(new URL('./bare-workflow.ts', import.meta.url)),
  activities: { handle },
  sinks: { replies: { send: { fn: reply, callDuringReplay: false } } },
  workflowTaskPollerBehavior: { type: 'autoscaling', minimum: 2, initial: 8, maximum: 32 },
  activityTaskPollerBehavior: { type: 'autoscaling', minimum: 1, initial: 2, maximum: 16 },
  nonStickyToStickyPollRatio: 0.5,
  stickyQueueScheduleToStartTimeout: '2s',
  maxConcurrentWorkflowTaskExecutions: 100,
  maxConcurrentActivityTaskExecutions: 200,
  maxConcurrentLocalActivityExecutions: 32,
  maxCachedWorkflows: 250,
});

const values = {
  Status: 'FAILED',
  WaitsFor: 'TIMER',
  Recoverable: 'RECOVERABLE',
  Context: 'bench-service',
  Processor: 'Bench',
};
const typedSearchAttributes = new TypedSearchAttributes(
  Object.entries({ ...values, Function: 'onEvent', ErrorCode: 'IllegalState' }).map(([name, value]) => ({
    key: defineSearchAttributeKey(`Compensation${name}`, SearchAttributeType.KEYWORD),
    value,
  })),
);
const shared = { taskQueue: 'bare', staticSummary: 'bench-service/Bench.onEvent', typedSearchAttributes };

async function answer({ method, url = '', body }: Request): Promise<Outcome> {
  const isCreate = method === 'POST';
  const id = isCreate ? newId() : (url.split('/')[2] ?? '');
  const command = { name: isCreate ? 'create' : 'apply', commandId: newId(), body };
  const { promise, resolve } = Promise.withResolvers<Outcome>();
  waiting.set(command.commandId, resolve);
  const workflowId = `execution_failed/(0)/${id}`;
  const args: Parameters<typeof bare> = [id, command];
  if (isCreate) await workflow.start('bare', { workflowId, args, requestEagerStart: true, ...shared });
  else await workflow.getHandle(workflowId).signal(command.name, command);
  return promise.finally(() => waiting.delete(command.commandId));
}

serve(answer);
await worker.run();
