import { setTimeout as pause } from 'node:timers/promises';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { WORKFLOW_TYPE, TASK_QUEUE, workflowId } from '../../src/temporal/names.ts';
import { FAILED_ATTEMPT, FAILED_EXECUTION, type UpdateName } from '../support/api.ts';
import { eventually } from '../support/eventually.ts';
import { startExampleWorker } from '../support/example-worker.ts';
import { startMailGateway } from '../support/mail-gateway.ts';
import { atVersion, createRecord } from '../support/records.ts';
import { openSystem } from '../support/system.ts';
import { TARGET_CONTEXT, startTarget } from '../support/target.ts';
import { startTcpProxy } from '../support/tcp-proxy.ts';
import { runIdOf, statusOf, workflowOf } from '../support/workflows.ts';
import { saveHistory } from './histories.ts';

/*
 * Records the histories in `test/histories` anew, from workflows of every kind of life. They are the reference for
 * replay.test.ts: a change of the workflow that cannot replay them needs a patch, for workflows like these are running.
 * Record them again only where that is meant: name those that are new. Needs a Postgres and a Temporal of its own:
 *
 *   TEST_DATABASE_URL=postgres://… TEST_TEMPORAL_ADDRESS=127.0.0.1:7233 npx node test/workflow/record.ts [name…]
 */

const QUEUE = 'notice-retries';
const target = await startTarget(`
  - { name: queued, kind: temporal, match: { context: queued }, taskQueue: ${QUEUE}, heartbeatTimeout: 10 }
  - { name: nobody, kind: temporal, match: { context: nobodys }, taskQueue: nobodys-retries }
`);
const mail = await startMailGateway();
const proxy = await startTcpProxy(new URL(process.env['TEST_DATABASE_URL'] ?? '').host);
const system = await openSystem({ TARGETS_FILE: target.file }, { postgres: proxy.address });

const worker = startExampleWorker(system.namespace, QUEUE, mail.url);
/** Which lives to record; without any, all. */
const wanted = process.argv.slice(2);

/** The first run of records that have two. */
const earlierRuns = new Map<string, string>();

type Life = (id: string) => Promise<void>;

/** Lives that may go on side by side. */
const LIVES: Readonly<Record<string, Life>> = {
  async parked(id) {
    await createRecord(system, id);
    await send(id, 'default_apply_resource_tags', { tags: { team: ['billing'] } });
    await send(id, 'mark_recoverable', { recoverable: 'UNKNOWN' });
  },
  async retried(id) {
    await due(id, [3, 1, 60]);
    await atVersion(system, id, 2);
    await send(id, 'apply_execution_failed', FAILED_ATTEMPT);
    await atVersion(system, id, 4);
    await send(id, 'apply_execution_success', { executeAt: 1 });
    await ended(id);
  },
  async exhausted(id) {
    await due(id, [2, 0, 0]);
    await atVersion(system, id, 3);
    await pause(500);
    await send(id, 'apply_execution_failed', FAILED_ATTEMPT);
    await send(id, 'force_prepare_compensation');
  },
  async unrecoverable(id) {
    await createRecord(system, id);
    await send(id, 'mark_recoverable', { recoverable: 'UNRECOVERABLE' });
    await send(id, 'change_function', { ...FAILED_EXECUTION.function, name: 'onOrderPaidV2' });
    await send(id, 'apply_retry_spec', { maxRetries: 1, minBackoff: 1, executionTimeout: 1 });
  },
  async 'deleted-and-recovered'(id) {
    await createRecord(system, id);
    await send(id, 'default_delete_aggregate');
    await ended(id);
    await noteRun(id);
    await send(id, 'default_recover_aggregate');
  },
  async 'refused-create'(id) {
    const requestId = { 'Command-Request-Id': id };
    await createRecord(system, id, {}, requestId);
    await send(id, 'default_delete_aggregate');
    await ended(id);
    await noteRun(id);
    await system.api.create({}, { 'Command-Aggregate-Id': id });
    await ended(id);
  },
  async delivered(id) {
    await due(id, [3, 0, 60], TARGET_CONTEXT);
    (await target.delivery(id, 1)).answer(503, { errorCode: 'Busy', errorMsg: 'later' }, { 'Retry-After': '1' });
    (await target.delivery(id, 2)).answer(200);
    await ended(id);
  },
  async 'delivered-late'(id) {
    await due(id, [3, 0, 60], TARGET_CONTEXT);
    const first = await target.delivery(id, 1);
    await send(id, 'apply_execution_failed', FAILED_ATTEMPT);
    await target.delivery(id, 2);
    first.answer(200);
    await ended(id);
  },
  async 'deleted-while-delivered'(id) {
    await due(id, [3, 0, 60], TARGET_CONTEXT);
    await target.delivery(id, 1);
    await send(id, 'default_delete_aggregate');
    await ended(id);
  },
  async queued(id) {
    await due(id, [3, 0, 60], 'queued');
    (await mail.notice(id, 1)).answer(503, 'later', { 'Retry-After': '1' });
    (await mail.notice(id, 2)).answer(200);
    await ended(id);
  },
  async 'queued-late'(id) {
    await due(id, [3, 0, 60], 'queued');
    const first = await mail.notice(id, 1);
    await send(id, 'apply_execution_failed', FAILED_ATTEMPT);
    const second = await mail.notice(id, 2);
    first.answer(410);
    await pause(500);
    second.answer(200);
    await ended(id);
  },
  async 'queued-and-deleted'(id) {
    await due(id, [3, 0, 60], 'queued');
    await mail.notice(id, 1);
    await send(id, 'default_delete_aggregate');
    await ended(id);
  },
  async 'queued-for-nobody'(id) {
    await due(id, [1, 0, 2], 'nobodys');
    await atVersion(system, id, 3);
  },
  async 'by-hand'(id) {
    await createRecord(system, id);
    await workflowOf(system, id).signal('prepare_compensation');
    await workflowOf(system, id).signal('mark_recoverable', { recoverable: 'PERHAPS' });
    await workflowOf(system, id).signal('redress_sync');
    await system.temporal.workflowService.signalWorkflowExecution({
      namespace: system.namespace,
      workflowExecution: { workflowId: workflowId(id) },
      signalName: '__temporal_signal',
      input: { payloads: [{ metadata: {}, data: Buffer.from('rubbish') }] },
    });
    await workflowOf(system, id).cancel();
    await send(id, 'default_apply_resource_tags', { tags: {} });
  },
  async 'continued-as-new'(id) {
    await createRecord(system, id);
    const first = await noteRun(id);
    for (let sent = 0; sent < 1_050; sent += 50) {
      await Promise.all(Array.from({ length: 50 }, () => workflowOf(system, id).signal('redress_sync')));
      // Temporal fails a task during which more than a hundred signals arrive, so each batch waits for a command.
      await send(id, 'default_apply_resource_tags', { tags: { sent: [String(sent)] } });
    }
    await eventually(async () => {
      if ((await runIdOf(system, id)) === first) throw new Error('it goes on in the first run');
    });
    await send(id, 'prepare_compensation');
  },
};

/** Lives during which something happens to everybody. */
const DISTURBED_LIVES: Readonly<Record<string, Life>> = {
  async 'postgres-outage'(id) {
    await due(id, [3, 0, 60], TARGET_CONTEXT);
    const delivery = await target.delivery(id, 1);
    proxy.cut();
    delivery.answer(500);
    await system.api.command(id, 'mark_recoverable', { recoverable: 'UNKNOWN' }, { 'Command-Wait-Stage': 'SENT' });
    await pause(3_000);
    proxy.restore();
    await target.delivery(id, 2);
    await send(id, 'apply_execution_success', { executeAt: 1 });
    await ended(id);
  },
  async 'signals-before-the-first-task'(id) {
    await system.redress.stop();
    const body = { ...FAILED_EXECUTION, executeAt: Date.now() };
    const create = { ...command(id, 'create'), name: 'create_execution_failed', body };
    const handle = await system.temporal.workflow.start(WORKFLOW_TYPE, {
      workflowId: workflowId(id),
      taskQueue: TASK_QUEUE,
      args: [{ id, create }],
    });
    await handle.signal('default_apply_resource_tags', { ...command(id, 'b1'), body: { tags: { b: ['1'] } } });
    await handle.signal('prepare_compensation', { ...command(id, 'a1'), body: {} });
    await handle.signal('default_apply_resource_tags', { ...command(id, 'b2'), body: { tags: { b: ['2'] } } });
    await system.start();
    await atVersion(system, id, 4);
  },
  async 'automatic-retries-off'(id) {
    await createRecord(system, id, { retrySpec: { maxRetries: 3, minBackoff: 1, executionTimeout: 60 } });
    await system.redress.stop();
    await system.start({ AUTO_RETRY: 'off' });
    await pause(2_000);
    await send(id, 'default_apply_resource_tags', { tags: {} });
    await system.redress.stop();
    await system.start({ AUTO_RETRY: 'on' });
    await atVersion(system, id, 3);
  },
  async 'killed-while-delivered'(id) {
    await due(id, [1, 0, 120], TARGET_CONTEXT);
    await target.delivery(id, 1);
    await system.redress.kill();
    await system.start();
    (await target.delivery(id, 2, 60_000)).answer(200);
    await ended(id);
  },
  async 'without-search-attributes'(id) {
    await system.redress.stop();
    await system.start({ VISIBILITY_UPSERTS: 'off' });
    await due(id, [1, 0, 60]);
    await atVersion(system, id, 2);
    await send(id, 'apply_execution_success', { executeAt: 1 });
    await ended(id);
  },
};

function due(id: string, [maxRetries, minBackoff, executionTimeout]: [number, number, number], contextName = 'pulled') {
  return createRecord(system, id, {
    eventId: { ...FAILED_EXECUTION.eventId, aggregateId: { ...FAILED_EXECUTION.eventId.aggregateId, aggregateId: id } },
    function: { ...FAILED_EXECUTION.function, contextName },
    retrySpec: { maxRetries, minBackoff, executionTimeout },
  });
}

async function send(id: string, name: UpdateName, body: unknown = {}): Promise<void> {
  const { status, body: answer } = await system.api.command(id, name, body);
  if (status !== 200) throw new Error(`${name} of ${id} is answered ${status}: ${JSON.stringify(answer)}`);
}

const command = (id: string, name: string) => ({
  commandId: `${id} ${name}`,
  requestId: `${id} ${name}`,
  ownerId: '',
  spaceId: '',
  expectedVersion: null,
  attempt: null,
  header: {},
});

/** Waits until the newest run has ended. */
function ended(id: string): Promise<void> {
  return eventually(async () => {
    const status = await statusOf(system, id);
    if (status !== 'COMPLETED') throw new Error(`the workflow of ${id} is ${status ?? 'missing'}`);
  });
}

/** Remembers the newest run, for another will follow. */
async function noteRun(id: string): Promise<string> {
  const runId = await runIdOf(system, id);
  earlierRuns.set(id, runId);
  return runId;
}

/** Stores the history of a record's newest run, and of the one that was noted before. */
async function save(id: string): Promise<void> {
  const earlier = earlierRuns.get(id);
  const runs = [...(earlier === undefined ? [] : [earlier]), await runIdOf(system, id)];
  for (const [index, runId] of runs.entries()) {
    const history = await system.temporal.workflow.getHandle(workflowId(id), runId).fetchHistory();
    saveHistory(runs.length === 1 ? id : `${id}-${index + 1}`, historyToJSON(history));
  }
}

try {
  const isWanted = ([id]: [string, Life]): boolean => wanted.length === 0 || wanted.includes(id);
  const lives = Object.entries(LIVES).filter(isWanted);
  const disturbed = Object.entries(DISTURBED_LIVES).filter(isWanted);
  await Promise.all(lives.map(([id, live]) => live(id)));
  for (const [id, live] of disturbed) await live(id);
  // The last tasks are recorded a moment after their answers.
  await pause(1_000);
  for (const [id] of [...lives, ...disturbed]) await save(id);
} finally {
  await worker.stop();
  mail.close();
  await system.close();
  await target.close();
  await proxy.close();
}
