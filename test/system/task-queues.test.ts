import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { ApplicationFailure, type PayloadCodec } from '@temporalio/common';
import { NativeConnection, Worker } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PreparedRetry } from '../../examples/temporal-worker/prepared-retry.ts';
import type { TargetReport } from '../../src/http/index.ts';
import { installRuntime } from '../../src/temporal/index.ts';
import { FAILED_ATTEMPT, FAILED_EXECUTION } from '../support/api.ts';
import { eventually } from '../support/eventually.ts';
import { type ExampleWorker, startExampleWorker } from '../support/example-worker.ts';
import { type MailGateway, startMailGateway } from '../support/mail-gateway.ts';
import { atVersion, createRecord } from '../support/records.ts';
import { temporalAddress } from '../support/servers.ts';
import { SILENT } from '../support/store.ts';
import { type System, openSystem } from '../support/system.ts';
import { statusOf, workflowOf } from '../support/workflows.ts';

const TARGETS = `targets:
  - { name: notices, kind: temporal, match: { context: notice-service }, taskQueue: notice-retries, heartbeatTimeout: 3 }
  - { name: foreign, kind: temporal, match: { context: foreign-service }, taskQueue: foreign-retries }
  - { name: nobody, kind: temporal, match: { context: nobodys-service }, taskQueue: nobodys-retries }
  - { name: web, kind: http, match: { context: web-service }, url: 'https://web.example/path-secret?query-secret', headers: { X-Key: header-secret } }
`;

let folder: string;
let mail: MailGateway;
let system: System;
let worker: ExampleWorker;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'redress-targets-'));
  await writeFile(join(folder, 'targets.yaml'), TARGETS);
  mail = await startMailGateway();
  system = await openSystem({ TARGETS_FILE: join(folder, 'targets.yaml') });
  worker = startExampleWorker(system.namespace, 'notice-retries', mail.url);
});
afterAll(async () => {
  await worker.stop();
  await system.close();
  mail.close();
  await rm(folder, { recursive: true });
});

/** A new record whose first retry is due; its failed event is of an order with the same id. */
function dueRecord(
  id: string,
  [maxRetries, minBackoff, executionTimeout] = [3, 600, 60],
  contextName = 'notice-service',
  name = 'onOrderPaid',
): Promise<string> {
  return createRecord(system, id, {
    eventId: { ...FAILED_EXECUTION.eventId, aggregateId: { ...FAILED_EXECUTION.eventId.aggregateId, aggregateId: id } },
    function: { ...FAILED_EXECUTION.function, contextName, processorName: 'OrderNoticeSaga', name },
    retrySpec: { maxRetries, minBackoff, executionTimeout },
    executeAt: Date.now() - minBackoff * 1_000,
  });
}

describe.concurrent('a retry by a worker of a task queue', () => {
  it('that returns succeeds, and ends the record', async ({ expect }) => {
    const id = await dueRecord('success');
    const notice = await mail.notice(id, 1);
    expect(notice.key).toBe(`${id}:1`);
    notice.answer(200);
    expect(await atVersion(system, id, 3)).toMatchObject({ state: { status: 'SUCCEEDED' } });
    const [, , outcome] = await system.api.events(id);
    expect(outcome).toMatchObject({
      requestId: `redress:outcome:${id}:1`,
      header: { upstream_name: 'apply_execution_success' },
    });
    await expect.poll(() => statusOf(system, id), { timeout: 10_000 }).toBe('COMPLETED');
    const { events } = await workflowOf(system, id).fetchHistory();
    const scheduled = events?.find(
      (event) => event.activityTaskScheduledEventAttributes?.activityType?.name === 'retryExecution',
    )?.activityTaskScheduledEventAttributes;
    expect(scheduled).toMatchObject({ activityId: `${id}:1`, retryPolicy: { maximumAttempts: 1 } });
    const limit = Number(scheduled?.scheduleToCloseTimeout?.seconds);
    expect(limit).toBeGreaterThan(55);
    // Temporal keeps whole seconds of it here.
    expect(limit).toBeLessThanOrEqual(60);
  });

  it('that throws leaves type, message and stack in the record, and waits as long as was asked for', async ({
    expect,
  }) => {
    const id = await dueRecord('failure', [2, 0, 60]);
    (await mail.notice(id, 1)).answer(503, 'come back later', { 'Retry-After': '3' });
    const { eventTime, state } = await atVersion(system, id, 3);
    expect(state).toMatchObject({
      error: { errorCode: 'MailGatewayRefused', errorMsg: 'the mail gateway answered 503: come back later' },
      recoverable: 'RECOVERABLE',
      retryState: { retries: 1 },
    });
    expect(state.error.stackTrace).toContain('order-notice-saga.ts');
    const second = await mail.notice(id, 2);
    expect(second.key).toBe(`${id}:2`);
    second.answer(200);
    expect(await atVersion(system, id, 5)).toMatchObject({ state: { status: 'SUCCEEDED' } });
    const [, , failed, prepared] = await system.api.events(id);
    expect(Number(failed?.header['redress_not_before'])).toBeGreaterThan(eventTime);
    expect(Number(prepared?.createTime) - eventTime).toBeGreaterThanOrEqual(2_500);
  });

  it('that says it must not be retried makes the record UNRECOVERABLE', async ({ expect }) => {
    const id = await dueRecord('gone', [3, 0, 60]);
    (await mail.notice(id, 1)).answer(410);
    expect(await atVersion(system, id, 3)).toMatchObject({
      state: { status: 'FAILED', recoverable: 'UNRECOVERABLE', error: { errorCode: 'CustomerGone' } },
    });
    await pause(1_000);
    expect(mail.notices(id)).toHaveLength(1);
  });

  it('that the worker has no handler for fails for good', async ({ expect }) => {
    const id = await dueRecord('unknown', [3, 0, 60], 'notice-service', 'onOrderLost');
    expect(await atVersion(system, id, 3)).toMatchObject({
      state: { recoverable: 'UNRECOVERABLE', error: { errorCode: 'UnknownFunction' } },
    });
  });

  it('that no worker takes fails at the deadline, and says what to look at', async ({ expect }) => {
    const id = await dueRecord('nobody', [1, 0, 3], 'nobodys-service');
    const { eventTime, state } = await atVersion(system, id, 3);
    expect(state).toMatchObject({ status: 'FAILED', error: { errorCode: 'NoWorker' }, recoverable: 'RECOVERABLE' });
    expect(state.error.errorMsg).toContain('nobodys-retries');
    expect(Math.abs(eventTime - state.retryState.timeoutAt)).toBeLessThan(2_000);
  });

  it('that takes too long fails at the deadline', async ({ expect }) => {
    const id = await dueRecord('slow', [1, 0, 3]);
    await mail.notice(id, 1);
    expect(await atVersion(system, id, 3)).toMatchObject({
      state: { status: 'FAILED', error: { errorCode: 'RequestTimeout' } },
    });
  });

  it('is called off when the record is deleted', async ({ expect }) => {
    const id = await dueRecord('deleted');
    const notice = await mail.notice(id, 1);
    expect(await system.api.command(id, 'default_delete_aggregate')).toMatchObject({ status: 200 });
    await expect.poll(() => notice.isClosed(), { timeout: 15_000 }).toBe(true);
    await expect.poll(() => statusOf(system, id), { timeout: 15_000 }).toBe('COMPLETED');
    expect(await system.api.events(id)).toHaveLength(3);
  });

  it('that fails late, after the next has begun, changes nothing; its late success counts', async ({ expect }) => {
    const id = await dueRecord('late', [3, 0, 60]);
    const first = await mail.notice(id, 1);
    await system.api.command(id, 'apply_execution_failed', FAILED_ATTEMPT);
    const second = await mail.notice(id, 2);
    first.answer(500);
    await pause(1_000);
    expect(await system.api.snapshot(id)).toMatchObject({ version: 4, state: { status: 'PREPARED' } });
    await system.api.command(id, 'apply_execution_failed', FAILED_ATTEMPT);
    const third = await mail.notice(id, 3);
    second.answer(200);
    expect(await atVersion(system, id, 7)).toMatchObject({ state: { status: 'SUCCEEDED' } });
    await expect.poll(() => third.isClosed(), { timeout: 15_000 }).toBe(true);
  });

  it('is delivered again under its key where the run that delivered it was terminated', async ({ expect }) => {
    const id = await dueRecord('rebuilt', [1, 0, 60]);
    await mail.notice(id, 1);
    await workflowOf(system, id).terminate();
    expect(await system.api.command(id, 'default_apply_resource_tags', { tags: {} })).toMatchObject({ status: 200 });
    const again = await mail.notice(id, 2);
    expect(again.key).toBe(`${id}:1`);
    again.answer(200);
    expect(await atVersion(system, id, 4)).toMatchObject({ state: { status: 'SUCCEEDED' } });
  });
});

describe('a worker in other hands', () => {
  const given: PreparedRetry[] = [];
  let foreign: Worker;
  let running: Promise<void>;
  let connection: NativeConnection;

  /** Turns payloads into something that only their owner can read, but for what is meant for everybody. */
  const ENCRYPTION: PayloadCodec = {
    encode: (payloads) =>
      Promise.resolve(
        payloads.map((payload) =>
          Buffer.from(payload.data ?? []).includes('accepted')
            ? payload
            : { ...payload, metadata: { encoding: Buffer.from('binary/ours') } },
        ),
      ),
    decode: (payloads) => Promise.resolve(payloads),
  };

  beforeAll(async () => {
    installRuntime(SILENT);
    connection = await NativeConnection.connect({ address: temporalAddress() });
    foreign = await Worker.create({
      connection,
      namespace: system.namespace,
      taskQueue: 'foreign-retries',
      dataConverter: { payloadCodecs: [ENCRYPTION] },
      activities: {
        retryExecution(retry: PreparedRetry): unknown {
          given.push(retry);
          switch (retry.executionId) {
            case 'encrypted-failure':
              throw ApplicationFailure.create({ type: 'Ok', message: ' ', details: [{ recoverable: 'UNKNOWN' }] });
            case 'endless-stack':
              throw Object.assign(new Error('x'.repeat(100_000)), { stack: 'y\n'.repeat(100_000) });
            case 'accepted':
              return { accepted: true };
            default:
              return { secret: true };
          }
        },
      },
    });
    running = foreign.run();
  });
  afterAll(async () => {
    foreign.shutdown();
    await running;
    await connection.close();
  });

  it('is given the retry as the page about targets describes it', async () => {
    const id = await dueRecord('argument ü', [1, 0, 60], 'foreign-service');
    expect(await atVersion(system, id, 3)).toMatchObject({ state: { status: 'SUCCEEDED' } });
    const { state } = await system.api.snapshot(id);
    const argument = given.find(({ executionId }) => executionId === id);
    expect(argument).toEqual({
      idempotencyKey: 'argument%20%C3%BC:1',
      executionId: id,
      version: 2,
      attempt: 1,
      eventId: state.eventId,
      function: state.function,
      error: {
        errorCode: FAILED_EXECUTION.error.errorCode,
        errorMsg: FAILED_EXECUTION.error.errorMsg,
        succeeded: false,
      },
      executeAt: expect.any(Number) as number,
      retrySpec: state.retrySpec,
      retryState: state.retryState,
      recoverable: 'RECOVERABLE',
      deadline: state.retryState.timeoutAt,
      links: { record: `${system.redress.url}/execution_failed/${encodeURIComponent(id)}/snapshot` },
    });
  });

  it('that encrypts what it says is understood as far as it can be', async () => {
    const id = await dueRecord('encrypted-failure', [1, 600, 60], 'foreign-service');
    const { state } = await atVersion(system, id, 3);
    expect(state).toMatchObject({ status: 'FAILED', recoverable: 'RECOVERABLE', error: { errorCode: 'RetryFailed' } });
    expect(state.error.errorMsg).toContain('without a message');
  });

  it('may take a retry over and report by REST', async () => {
    const id = await dueRecord('accepted', [1, 600, 60], 'foreign-service');
    await eventually(() => {
      if (!given.some(({ executionId }) => executionId === id)) throw new Error('it was not delivered');
    });
    await pause(500);
    expect(await system.api.snapshot(id)).toMatchObject({ version: 2, state: { status: 'PREPARED' } });
    const report = await system.api.command(id, 'apply_execution_success', { executeAt: Date.now() });
    expect(report).toMatchObject({ status: 200, body: { aggregateVersion: 3 } });
  });

  it('that says more than a record can hold is cut short', async () => {
    const id = await dueRecord('endless-stack', [1, 600, 60], 'foreign-service');
    const { state } = await atVersion(system, id, 3);
    expect(state.error.errorMsg.length).toBeLessThanOrEqual(16 * 1024);
    expect(state.error.stackTrace.length).toBeLessThanOrEqual(64 * 1024);
  });
});

describe('what is killed in the middle of a retry', () => {
  it('may be the service: the worker goes on, and its result counts when the service is back', async () => {
    const id = await dueRecord('service-killed', [1, 600, 120]);
    const notice = await mail.notice(id, 1);
    await system.redress.kill();
    notice.answer(200);
    await system.start();
    expect(await eventually(() => atVersion(system, id, 3), 20_000)).toMatchObject({ state: { status: 'SUCCEEDED' } });
    expect(mail.notices(id)).toHaveLength(1);
    expect(await system.api.events(id)).toHaveLength(3);
  });

  it('may be the worker: without its heartbeat the attempt fails, and the next is made by another one', async () => {
    const id = await dueRecord('worker-killed', [2, 0, 120]);
    await mail.notice(id, 1);
    await worker.kill();
    expect(await atVersion(system, id, 3)).toMatchObject({ state: { error: { errorCode: 'HeartbeatTimeout' } } });
    worker = startExampleWorker(system.namespace, 'notice-retries', mail.url);
    (await mail.notice(id, 2)).answer(200);
    expect(await atVersion(system, id, 5)).toMatchObject({ state: { status: 'SUCCEEDED' } });
  });
});

it('GET /redress/targets tells how targets stand, without secrets', async () => {
  const id = await dueRecord('listed', [1, 600, 60]);
  (await mail.notice(id, 1)).answer(500);
  await atVersion(system, id, 3);
  const { status, body } = await system.api.get('/redress/targets');
  expect(status).toBe(200);
  const { targets, ...rest } = body as TargetReport;
  expect(rest).toEqual({
    file: join(folder, 'targets.yaml'),
    loadedAt: expect.any(Number) as number,
    problem: null,
    lately: { minutes: 60, since: expect.any(Number) as number },
  });
  expect(targets.map(({ name, kind }) => `${name} ${kind}`)).toEqual([
    'notices temporal',
    'foreign temporal',
    'nobody temporal',
    'web http',
    'event event',
  ]);
  const [notices, , , web, event] = targets;
  expect(notices).toMatchObject({
    match: { context: 'notice-service', processor: '*', function: '*' },
    settings: { taskQueue: 'notice-retries', heartbeatTimeout: 3 },
  });
  expect(notices?.lately?.delivered).toBeGreaterThanOrEqual(1);
  expect(notices?.lately?.failures[0]).toMatchObject({ executionId: id, attempt: 1, errorCode: 'MailGatewayRefused' });
  expect(web?.settings).toEqual({
    origin: 'https://web.example',
    isSigned: false,
    headers: ['x-key'],
    timeout: null,
    publishPrepared: null,
  });
  expect(event?.lately).toBeNull();
  expect(JSON.stringify(body)).not.toContain('secret');
});

it('a change of the targets file holds without a restart; a broken one changes nothing but what health says', async () => {
  const file = join(folder, 'targets.yaml');
  await writeFile(file, TARGETS.replace('context: nobodys-service', 'context: newly-added'));
  await expect.poll(targetNames('newly-added'), { timeout: 10_000 }).toEqual(['nobody']);
  await writeFile(file, 'targets: [{ name: broken, kind: temporal }]');
  const health = async () => (await system.api.get('/actuator/health/targets')).body;
  await expect.poll(health, { timeout: 10_000 }).toMatchObject({
    status: 'UP',
    details: { file, problem: expect.stringContaining('targets[0].taskQueue is missing') as string },
  });
  expect(system.redress.log()).toContain('the targets file cannot be used: its last good version stays in force');
  expect(await targetNames('newly-added')()).toEqual(['nobody']);
  await writeFile(file, TARGETS.replace('taskQueue: nobodys-retries', 'taskQueue: foreign-retries'));
  await expect.poll(targetNames('nobodys-service'), { timeout: 10_000 }).toEqual(['nobody']);
  expect(await health()).not.toHaveProperty('details.problem');
});

const targetNames = (context: string) => async () => {
  const { targets } = (await system.api.get('/redress/targets')).body as TargetReport;
  return targets.filter(({ match }) => match.context === context).map(({ name }) => name);
};
