import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FAILED_ATTEMPT, FAILED_EXECUTION } from '../support/api.ts';
import { atVersion, createRecord } from '../support/records.ts';
import { type System, openSystem } from '../support/system.ts';
import { TARGET_CONTEXT, type Target, startTarget } from '../support/target.ts';
import { statusOf } from '../support/workflows.ts';

let target: Target;
let system: System;

beforeAll(async () => {
  target = await startTarget();
  system = await openSystem({ TARGETS_FILE: target.file });
});
afterAll(async () => {
  await system.close();
  await target.close();
});

/** A new record of a function that the target executes, whose first retry is due. */
function dueRecord(
  id: string,
  [maxRetries, minBackoff, executionTimeout] = [3, 600, 60],
  on = system,
): Promise<string> {
  return createRecord(on, id, {
    function: { ...FAILED_EXECUTION.function, contextName: TARGET_CONTEXT },
    retrySpec: { maxRetries, minBackoff, executionTimeout },
    executeAt: Date.now() - minBackoff * 1_000,
  });
}

describe.concurrent('a delivery', () => {
  it('brings the attempt to the target, whose success ends the record', async ({ expect }) => {
    const id = await dueRecord('success');
    const delivery = await target.delivery(id, 1);
    const { retryState } = (await system.api.snapshot(id)).state;
    expect(delivery.headers).toMatchObject({ 'idempotency-key': `${id}:1`, 'redress-attempt': '1' });
    expect(delivery.retry).toMatchObject({ executionId: id, attempt: 1, retryState, deadline: retryState.timeoutAt });
    expect(delivery.retry.links).toEqual({ record: `${system.redress.url}/execution_failed/${id}/snapshot` });
    delivery.answer(200, { whatever: 'it says' });
    expect(await atVersion(system, id, 3)).toMatchObject({ state: { status: 'SUCCEEDED' } });
    const [, , outcome] = await system.api.events(id);
    expect(outcome).toMatchObject({
      commandId: `redress:outcome:${id}:1`,
      requestId: `redress:outcome:${id}:1`,
      header: { upstream_name: 'apply_execution_success' },
    });
    await expect.poll(() => statusOf(system, id), { timeout: 10_000 }).toBe('COMPLETED');
  });

  it('that fails leaves the error of the target in the record, and what it says about recovery', async ({ expect }) => {
    const id = await dueRecord('failure');
    const error = {
      errorCode: 'StillDown',
      errorMsg: 'come back later',
      stackTrace: 'at target',
      recoverable: 'UNKNOWN',
    };
    (await target.delivery(id, 1)).answer(500, error);
    expect(await atVersion(system, id, 3)).toMatchObject({
      state: {
        status: 'FAILED',
        error: { errorCode: 'StillDown', errorMsg: 'come back later', stackTrace: 'at target' },
        recoverable: 'UNKNOWN',
        retryState: { retries: 1 },
      },
    });
  });

  it('that fails without a word leaves what the record says about recovery', async ({ expect }) => {
    const id = await dueRecord('silent-failure');
    (await target.delivery(id, 1)).answer(404);
    expect(await atVersion(system, id, 3)).toMatchObject({
      state: { error: { errorCode: 'HttpStatus404' }, recoverable: 'RECOVERABLE' },
    });
  });

  it('that is accepted leaves the report to the target, which names its attempt', async ({ expect }) => {
    const id = await dueRecord('accepted');
    (await target.delivery(id, 1)).answer(202);
    await pause(1_000);
    expect(await system.api.snapshot(id)).toMatchObject({ version: 2, state: { status: 'PREPARED' } });
    const report = (attempt: string) =>
      system.api.command(id, 'apply_execution_failed', FAILED_ATTEMPT, { 'Redress-Attempt': attempt });
    expect(await report('2')).toMatchObject({ status: 409, body: { errorCode: 'CommandExpectVersionConflict' } });
    expect(await report('1')).toMatchObject({ status: 200, body: { aggregateVersion: 3 } });
    expect(target.deliveries(id)).toHaveLength(1);
  });

  it('whose target wants to be left alone postpones the next attempt', async ({ expect }) => {
    const id = await dueRecord('retry-after', [2, 0, 60]);
    (await target.delivery(id, 1)).answer(503, undefined, { 'Retry-After': '3' });
    const failedAt = (await atVersion(system, id, 3)).eventTime;
    (await target.delivery(id, 2)).answer(200);
    await atVersion(system, id, 5);
    const [, , failed, prepared] = await system.api.events(id);
    expect(failed?.header['redress_not_before']).toBeDefined();
    expect(Number(prepared?.createTime) - failedAt).toBeGreaterThanOrEqual(2_500);
  });

  it('may succeed on the last attempt', async ({ expect }) => {
    const id = await dueRecord('last-attempt', [1, 0, 60]);
    (await target.delivery(id, 1)).answer(204);
    expect(await atVersion(system, id, 3)).toMatchObject({
      state: { status: 'SUCCEEDED', retryState: { retries: 1 } },
    });
  });

  it('to a target that hangs fails when the time of the attempt is over', async ({ expect }) => {
    const id = await dueRecord('hanging', [1, 0, 2]);
    const delivery = await target.delivery(id, 1);
    const { eventTime, state } = await atVersion(system, id, 3);
    expect(state).toMatchObject({ status: 'FAILED', error: { errorCode: 'RequestTimeout' } });
    expect(eventTime).toBeGreaterThanOrEqual(state.retryState.timeoutAt);
    expect(eventTime).toBeLessThan(state.retryState.timeoutAt + 2_000);
    expect(delivery.isClosed()).toBe(true);
  });
});

describe.concurrent('while a delivery is under way', () => {
  it('the attempt may fail by another report, the next is delivered, and a late success of the first counts', async ({
    expect,
  }) => {
    const id = await dueRecord('late-success', [3, 0, 60]);
    const first = await target.delivery(id, 1);
    expect(await system.api.command(id, 'apply_execution_failed', FAILED_ATTEMPT)).toMatchObject({ status: 200 });
    const second = await target.delivery(id, 2);
    expect(second.headers['idempotency-key']).toBe(`${id}:2`);
    first.answer(200);
    expect(await atVersion(system, id, 5)).toMatchObject({
      state: { status: 'SUCCEEDED', retryState: { retries: 2 } },
    });
    await expect.poll(() => second.isClosed(), { timeout: 15_000 }).toBe(true);
    await expect.poll(() => statusOf(system, id), { timeout: 10_000 }).toBe('COMPLETED');
  });

  it('a late failure of the attempt before it is dropped', async ({ expect }) => {
    const id = await dueRecord('late-failure', [3, 0, 60]);
    const first = await target.delivery(id, 1);
    await system.api.command(id, 'apply_execution_failed', FAILED_ATTEMPT);
    const second = await target.delivery(id, 2);
    first.answer(500);
    await pause(1_000);
    expect(await system.api.snapshot(id)).toMatchObject({ version: 4, state: { status: 'PREPARED' } });
    second.answer(200);
    expect(await atVersion(system, id, 5)).toMatchObject({ state: { status: 'SUCCEEDED' } });
  });

  it('the record may become UNRECOVERABLE, and stays so after the failure', async ({ expect }) => {
    const id = await dueRecord('marked', [3, 0, 60]);
    const delivery = await target.delivery(id, 1);
    const marked = await system.api.command(id, 'mark_recoverable', { recoverable: 'UNRECOVERABLE' });
    expect(marked).toMatchObject({ status: 200 });
    delivery.answer(500);
    expect(await atVersion(system, id, 4)).toMatchObject({ state: { status: 'FAILED', recoverable: 'UNRECOVERABLE' } });
    await pause(1_000);
    expect(target.deliveries(id)).toHaveLength(1);
  });

  it('the record may be deleted, which calls the delivery off', async ({ expect }) => {
    const id = await dueRecord('deleted');
    const delivery = await target.delivery(id, 1);
    expect(await system.api.command(id, 'default_delete_aggregate')).toMatchObject({ status: 200 });
    await expect.poll(() => delivery.isClosed(), { timeout: 15_000 }).toBe(true);
    await expect.poll(() => statusOf(system, id), { timeout: 15_000 }).toBe('COMPLETED');
    expect(await system.api.events(id)).toHaveLength(3);
  });

  it('the record may be deleted and recovered, and the attempt is delivered again under its key', async ({
    expect,
  }) => {
    const id = await dueRecord('recovered', [1, 0, 60]);
    const delivery = await target.delivery(id, 1);
    await system.api.command(id, 'default_delete_aggregate');
    await expect.poll(() => statusOf(system, id), { timeout: 15_000 }).toBe('COMPLETED');
    await expect.poll(() => delivery.isClosed(), { timeout: 15_000 }).toBe(true);
    expect(await system.api.command(id, 'default_recover_aggregate')).toMatchObject({ status: 200 });
    const again = await target.delivery(id, 2);
    expect(again.headers['idempotency-key']).toBe(`${id}:1`);
    again.answer(200);
    expect(await atVersion(system, id, 5)).toMatchObject({ state: { status: 'SUCCEEDED' } });
  });
});

describe.concurrent('a process that is killed in the middle of deliveries', () => {
  it('delivers each attempt again under its key when it is back, the last one too', async () => {
    const doomed = await openSystem({ TARGETS_FILE: target.file });
    try {
      const ids = [
        await dueRecord('killed', [3, 600, 120], doomed),
        await dueRecord('killed-in-the-last', [1, 600, 120], doomed),
      ];
      const before = await Promise.all(ids.map((id) => target.delivery(id, 1)));
      await doomed.redress.kill();
      await doomed.start();
      const after = await Promise.all(ids.map((id) => target.delivery(id, 2, 40_000)));
      expect(after.map(({ headers }) => headers['idempotency-key'])).toEqual(ids.map((id) => `${id}:1`));
      expect(before.every((delivery) => delivery.isClosed())).toBe(true);
      for (const delivery of after) delivery.answer(200);
      for (const id of ids) expect(await atVersion(doomed, id, 3)).toMatchObject({ state: { status: 'SUCCEEDED' } });
    } finally {
      await doomed.close();
    }
  }, 90_000);
});
