import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FAILED_ATTEMPT, FAILED_EXECUTION, type UpdateName } from '../support/api.ts';
import { eventually } from '../support/eventually.ts';
import { createRecord } from '../support/records.ts';
import { type System, openSystem } from '../support/system.ts';
import { runIdOf, statusOf } from '../support/workflows.ts';

let system: System;

beforeAll(async () => {
  system = await openSystem();
});
afterAll(() => system.close());

/** A new record, brought on its way by these commands. */
async function record(id: string, ...steps: readonly (readonly [UpdateName, unknown?])[]): Promise<string> {
  await createRecord(system, id);
  for (const [name, body] of steps) expect(await system.api.command(id, name, body)).toMatchObject({ status: 200 });
  return id;
}

describe.concurrent('commands', () => {
  it('records a failed execution under an id of its own and waits for its first retry', async () => {
    const executeAt = Date.now();
    const { status, headers, body } = await system.api.create({ executeAt });
    expect(status).toBe(200);
    expect(headers.get('wow-error-code')).toBe('Ok');
    expect(body).toMatchObject({ stage: 'PROCESSED', aggregateVersion: 1, function: { name: 'onCreate' } });
    expect(body.requestId).toBe(body.commandId);
    expect(await system.api.snapshot(body.aggregateId)).toMatchObject({
      version: 1,
      state: {
        ...FAILED_EXECUTION,
        status: 'FAILED',
        retryState: { retries: 0, retryAt: executeAt, nextRetryAt: executeAt + 3_600_000 },
      },
    });
  });

  it('counts what it refuses without asking a workflow', async () => {
    expect(await system.api.command('nowhere', 'prepare_compensation')).toMatchObject({ status: 404 });
    const { body } = await system.api.get('/metrics');
    expect(body).toMatch(
      /^redress_commands_total\{command="prepare_compensation",origin="signal",outcome="NotFound"\} [1-9]/m,
    );
  });

  it('gives a failure without a retry spec the one of the service', async () => {
    const { retrySpec: _none, ...body } = FAILED_EXECUTION;
    const created = await system.api.send('POST', '/execution_failed/create_execution_failed', {
      ...body,
      executeAt: 1,
    });
    const { aggregateId } = (await created.json()) as { aggregateId: string };
    expect(await system.api.snapshot(aggregateId)).toMatchObject({
      state: { retrySpec: { maxRetries: 10, minBackoff: 180, executionTimeout: 120 } },
    });
  });

  it('takes every command of a life in turn, one version and one event each', async () => {
    const id = await record('whole-life');
    const life: readonly (readonly [UpdateName, unknown, string, string])[] = [
      ['prepare_compensation', {}, 'onPrepare', 'compensation_prepared'],
      ['apply_execution_failed', FAILED_ATTEMPT, 'onFailed', 'execution_failed_applied'],
      ['mark_recoverable', { recoverable: 'UNRECOVERABLE' }, 'onMarkRecoverable', 'recoverable_marked'],
      [
        'apply_retry_spec',
        { maxRetries: 1, minBackoff: 60, executionTimeout: 30 },
        'onApplyRetrySpec',
        'retry_spec_applied',
      ],
      [
        'change_function',
        { ...FAILED_EXECUTION.function, name: 'onOrderPaidV2' },
        'onChangeFunctionKind',
        'function_changed',
      ],
      [
        'default_apply_resource_tags',
        { tags: { team: ['billing'] } },
        'ExecutionFailed.DefaultApplyResourceTags',
        'default_resource_tags_applied',
      ],
      ['force_prepare_compensation', {}, 'onForcePrepare', 'compensation_prepared'],
      ['apply_execution_success', { executeAt: 5 }, 'onSucceed', 'execution_success_applied'],
      ['default_delete_aggregate', {}, 'ExecutionFailed.DefaultDeleteAggregate', 'default_aggregate_deleted'],
      ['default_recover_aggregate', {}, 'ExecutionFailed.DefaultRecoverAggregate', 'default_aggregate_recovered'],
    ];
    for (const [index, [name, body, functionName]] of life.entries()) {
      expect(await system.api.command(id, name, body)).toMatchObject({
        status: 200,
        body: { aggregateVersion: index + 2, function: { processorName: 'ExecutionFailed', name: functionName } },
      });
    }
    const events = await system.api.events(id);
    expect(events.map(({ body: [event] }) => event.name)).toEqual([
      'execution_failed_created',
      ...life.map(([, , , event]) => event),
    ]);
    expect(await system.api.snapshot(id)).toMatchObject({
      version: life.length + 1,
      tags: { team: ['billing'] },
      deleted: false,
      state: { status: 'SUCCEEDED', executeAt: 5, function: { name: 'onOrderPaidV2' }, retryState: { retries: 2 } },
    });
  });

  it('takes no body at all where a command needs none', async () => {
    const id = await record('no-body');
    for (const [method, path] of [
      ['PUT', '/prepare_compensation'],
      ['DELETE', ''],
      ['PUT', '/recover'],
    ] as const) {
      expect((await system.api.send(method, `/execution_failed/${id}${path}`)).status).toBe(200);
    }
  });

  it('refuses what the state forbids at the version as it is, and changes nothing', async () => {
    const id = await record('refused');
    expect(await system.api.command(id, 'apply_execution_success', { executeAt: 1 })).toMatchObject({
      status: 400,
      body: {
        stage: 'PROCESSED',
        errorCode: 'IllegalState',
        errorMsg: 'ExecutionFailed is not prepared.',
        aggregateVersion: 1,
        function: { processorName: 'ExecutionFailed', name: 'onSucceed' },
      },
    });
    expect(await system.api.events(id)).toHaveLength(1);
  });

  it('holds a command to the version that its sender expects', async () => {
    const id = await record('expected-version');
    const mark = (expected: number) =>
      system.api.command(
        id,
        'mark_recoverable',
        { recoverable: 'UNKNOWN' },
        { 'Command-Aggregate-Version': String(expected) },
      );
    expect(await mark(0)).toMatchObject({
      status: 409,
      body: { errorCode: 'CommandExpectVersionConflict', aggregateVersion: 1 },
    });
    expect(await mark(2)).toMatchObject({ status: 409 });
    expect(await mark(1)).toMatchObject({ status: 200, body: { aggregateVersion: 2 } });
  });
});

describe.concurrent('a record that does not exist', () => {
  it('is not found by any command, and none of them starts a workflow', async () => {
    for (const name of ['prepare_compensation', 'default_delete_aggregate', 'default_recover_aggregate'] as const) {
      expect(await system.api.command('nobody', name)).toMatchObject({
        status: 404,
        body: {
          stage: 'PROCESSED',
          errorCode: 'NotFound',
          aggregateVersion: 0,
          errorMsg:
            'AggregateId(contextName=compensation-service, aggregateName=execution_failed, tenantId=(0), id=nobody) is not initialized.',
        },
      });
    }
    expect(await statusOf(system, 'nobody')).toBeNull();
  });

  it('conflicts with an expected version before it is not found', async () => {
    const answer = await system.api.command(
      'nobody-2',
      'prepare_compensation',
      {},
      { 'Command-Aggregate-Version': '1' },
    );
    expect(answer).toMatchObject({ status: 409, body: { errorCode: 'CommandExpectVersionConflict' } });
  });

  it('is no reason to refuse SENT', async () => {
    const answer = await system.api.command('nobody-3', 'prepare_compensation', {}, { 'Command-Wait-Stage': 'SENT' });
    expect(answer).toMatchObject({ status: 200, body: { stage: 'SENT', aggregateVersion: null } });
  });
});

describe.concurrent('a create for an id that is taken', () => {
  const statuses: Readonly<Record<string, readonly (readonly [UpdateName, unknown?])[]>> = {
    failed: [],
    prepared: [['prepare_compensation']],
    unrecoverable: [['mark_recoverable', { recoverable: 'UNRECOVERABLE' }]],
    succeeded: [['prepare_compensation'], ['apply_execution_success', { executeAt: 1 }]],
    deleted: [['default_delete_aggregate']],
  };
  it.each(Object.entries(statuses))('is refused where the record is %s, which stays as it is', async (name, steps) => {
    const id = await record(`taken-${name}`, ...steps);
    expect(await system.api.create({}, { 'Command-Aggregate-Id': id })).toMatchObject({
      status: 400,
      body: {
        errorCode: 'DuplicateAggregateId',
        errorMsg: `Duplicate AggregateId(contextName=compensation-service, aggregateName=execution_failed, tenantId=(0), id=${id}).`,
        aggregateVersion: 1,
        function: { name: 'onCreate' },
      },
    });
    expect(await system.api.events(id)).toHaveLength(steps.length + 1);
  });

  it('loses against the first one that is still on its way', async () => {
    const creates = await Promise.all(
      Array.from({ length: 8 }, (_, index) =>
        system.api.create({ executeAt: Date.now() + index }, { 'Command-Aggregate-Id': 'at-once' }),
      ),
    );
    expect(creates.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(creates.filter(({ body }) => body.errorCode === 'DuplicateAggregateId')).toHaveLength(7);
    expect(await system.api.events('at-once')).toHaveLength(1);
  });
});

const ended = (id: string): Promise<void> =>
  eventually(async () => {
    expect(await statusOf(system, id)).toBe('COMPLETED');
  });

describe.concurrent('a record whose workflow has ended', () => {
  it('wakes up when it is deleted after its success', async () => {
    const id = await record('woken', ['prepare_compensation'], ['apply_execution_success', { executeAt: 1 }]);
    await ended(id);
    const first = await runIdOf(system, id);
    expect(await system.api.command(id, 'default_delete_aggregate')).toMatchObject({
      status: 200,
      body: { aggregateVersion: 4 },
    });
    await ended(id);
    expect(await runIdOf(system, id)).not.toBe(first);
    expect(await system.api.get(`/execution_failed/${id}/snapshot`)).toMatchObject({ status: 404 });
    expect(await system.api.events(id)).toHaveLength(4);
  });

  it('wakes up when it is recovered after its deletion, and waits for its retry again', async () => {
    const id = await record('recovered', ['default_delete_aggregate']);
    await ended(id);
    expect(await system.api.command(id, 'prepare_compensation')).toMatchObject({
      status: 410,
      body: { errorCode: 'IllegalAccessDeletedAggregate' },
    });
    expect(await system.api.command(id, 'default_recover_aggregate')).toMatchObject({ status: 200 });
    expect(await statusOf(system, id)).toBe('RUNNING');
    expect(await system.api.snapshot(id)).toMatchObject({ version: 3, deleted: false, state: { status: 'FAILED' } });
  });

  it('is not woken by a create, which is refused and leaves nothing running', async () => {
    const id = await record('not-woken', ['default_delete_aggregate']);
    await ended(id);
    expect(await system.api.create({}, { 'Command-Aggregate-Id': id })).toMatchObject({ status: 400 });
    await ended(id);
  });
});
