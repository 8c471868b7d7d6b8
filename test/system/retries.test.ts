import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, it } from 'vitest';
import type { EventStream } from '../../src/domain/index.ts';
import { FAILED_ATTEMPT } from '../support/api.ts';
import { eventually } from '../support/eventually.ts';
import { createRecord, refusalsOf } from '../support/records.ts';
import { type System, openSystem } from '../support/system.ts';
import { statusOf } from '../support/workflows.ts';

/** Milliseconds that an automatic prepare may be late: Temporal may round short timers up by a second. */
const LATENESS = 2_500;

let system: System;

beforeAll(async () => {
  system = await openSystem();
});
afterAll(() => system.close());

/** A new record that failed `ago` milliseconds ago. */
function record(id: string, [maxRetries, minBackoff, executionTimeout]: readonly [number, number, number], ago = 0) {
  return createRecord(system, id, {
    retrySpec: { maxRetries, minBackoff, executionTimeout },
    executeAt: Date.now() - ago,
  });
}

/** The prepares of a record, once there are `count` of them. */
function prepares(id: string, count: number): Promise<EventStream[]> {
  return eventually(async () => {
    const found = (await system.api.events(id)).filter(({ body: [event] }) => event.name === 'compensation_prepared');
    if (found.length < count) throw new Error(`${found.length} of ${count} retries were prepared`);
    return found;
  });
}

const reportFailure = (id: string) => system.api.command(id, 'apply_execution_failed', FAILED_ATTEMPT);

describe.concurrent('a failed execution', () => {
  it('is prepared after 1, 2 and 4 seconds, on time, and never again once its retries are used up', async ({
    expect,
  }) => {
    const executeAt = Date.now();
    const id = await record('back-off', [3, 1, 600]);
    for (const attempt of [1, 2, 3]) {
      await prepares(id, attempt);
      expect(await reportFailure(id)).toMatchObject({ status: 200 });
    }
    await pause(1_000);
    const rows = await system.sql<{ due: number; recorded: number; request_id: string }>(
      `select extract(epoch from recorded_at)::float8 * 1000 as recorded, request_id,
         coalesce(lag((document #>> '{body,0,body,retryState,nextRetryAt}')::float8) over (order by version), $2) as due
       from redress.event_stream
       where aggregate_id = $1 and document #>> '{body,0,name}' = 'compensation_prepared' order by version`,
      [id, executeAt + 1_000],
    );
    expect(rows.map(({ request_id }) => request_id)).toEqual(
      [1, 3, 5].map((version) => `redress:retry:${id}:${version}`),
    );
    for (const { due, recorded } of rows) {
      expect(recorded - due).toBeGreaterThanOrEqual(0);
      expect(recorded - due).toBeLessThan(LATENESS);
    }
    expect(await system.api.snapshot(id)).toMatchObject({
      version: 7,
      state: { status: 'FAILED', isRetryable: false, retryState: { retries: 3 } },
    });
    expect(await statusOf(system, id)).toBe('RUNNING');
    expect(await system.api.command(id, 'prepare_compensation')).toMatchObject({
      status: 400,
      body: { errorMsg: 'ExecutionFailed can not retry.' },
    });
    expect(await system.api.command(id, 'force_prepare_compensation')).toMatchObject({ status: 200 });
    expect(await reportFailure(id)).toMatchObject({ status: 200 });
    const more = { maxRetries: 5, minBackoff: 1, executionTimeout: 600 };
    expect(await system.api.command(id, 'apply_retry_spec', more)).toMatchObject({ status: 200 });
    // The back-off of the forced retry: 2^4 seconds.
    expect(await system.api.command(id, 'prepare_compensation')).toMatchObject({ status: 200 });
  });

  it('is prepared again when nobody reports before the time of the attempt is over', async ({ expect }) => {
    const id = await record('timeout', [2, 0, 2]);
    const [first, second] = await prepares(id, 2);
    const over = Number(first?.createTime) + 2_000 + 1;
    expect(second?.createTime).toBeGreaterThanOrEqual(over);
    expect(second?.createTime).toBeLessThan(over + LATENESS);
  });

  it('waits for its back-off where that is longer than the time of the attempt', async ({ expect }) => {
    const id = await record('timeout-and-back-off', [2, 2, 1], 2_000);
    const [first, second] = await prepares(id, 2);
    const due = Number(first?.createTime) + 4_000;
    expect(second?.createTime).toBeGreaterThanOrEqual(due);
    expect(second?.createTime).toBeLessThan(due + LATENESS);
  });

  it('stays PREPARED where nobody reports on its last attempt, and still takes the report', async ({ expect }) => {
    const id = await record('last-attempt', [1, 0, 0]);
    await prepares(id, 1);
    await pause(1_500);
    expect(await system.api.snapshot(id)).toMatchObject({ version: 2, state: { status: 'PREPARED' } });
    expect(await statusOf(system, id)).toBe('RUNNING');
    expect(await system.api.command(id, 'apply_execution_success', { executeAt: 1 })).toMatchObject({ status: 200 });
    await expect.poll(() => statusOf(system, id), { timeout: 10_000 }).toBe('COMPLETED');
  });

  it('is prepared at once where its time is long past', async ({ expect }) => {
    const id = await record('long-past', [1, 180, 120], 86_400_000);
    const [first] = await prepares(id, 1);
    expect(first?.body[0].body).toMatchObject({ retryState: { retries: 1, retryAt: first?.createTime } });
  });

  it('is prepared by hand before its time, and by itself when the next time comes', async ({ expect }) => {
    const id = await record('by-hand', [2, 1, 0]);
    expect(await system.api.command(id, 'prepare_compensation')).toMatchObject({ status: 200 });
    const [first, second] = await prepares(id, 2);
    expect(second?.requestId).toBe(`redress:retry:${id}:2`);
    expect(Number(second?.createTime) - Number(first?.createTime)).toBeGreaterThanOrEqual(2_000);
  });

  it('is left alone while it is UNRECOVERABLE, and prepared at once when it no longer is', async ({ expect }) => {
    const id = await record('unrecoverable', [3, 1, 600]);
    const mark = (recoverable: string) => system.api.command(id, 'mark_recoverable', { recoverable });
    expect(await mark('UNRECOVERABLE')).toMatchObject({ status: 200 });
    await pause(2_500);
    expect(await system.api.events(id)).toHaveLength(2);
    expect(await mark('RECOVERABLE')).toMatchObject({ status: 200 });
    const [prepared] = await prepares(id, 1);
    expect(prepared?.version).toBe(4);
  });

  it('is left alone while it is deleted, and prepared at once when it is recovered', async ({ expect }) => {
    const id = await record('deleted', [3, 1, 600]);
    expect(await system.api.command(id, 'default_delete_aggregate')).toMatchObject({ status: 200 });
    await pause(2_500);
    expect(await system.api.events(id)).toHaveLength(2);
    expect(await system.api.command(id, 'default_recover_aggregate')).toMatchObject({ status: 200 });
    const [prepared] = await prepares(id, 1);
    expect(prepared?.version).toBe(4);
  });

  it('is never retried by itself where no retry is allowed', async ({ expect }) => {
    const id = await record('no-retries', [0, 0, 0], 60_000);
    await pause(1_500);
    expect(await system.api.events(id)).toHaveLength(1);
    expect(await statusOf(system, id)).toBe('RUNNING');
  });

  it('is not tried for ever where the next retry is beyond all times', async ({ expect }) => {
    const id = await record('overflow', [14, 0, 0]);
    await prepares(id, 14);
    const beyond = { maxRetries: 20, minBackoff: 2_147_483_647, executionTimeout: 0 };
    expect(await system.api.command(id, 'apply_retry_spec', beyond)).toMatchObject({ status: 200 });
    await expect.poll(() => system.redress.log(), { timeout: 10_000 }).toContain('a due retry was refused');
    await pause(1_000);
    expect(await refusalsOf(system, id)).toEqual(['BadRequest']);
    // It waits for somebody who knows what to do.
    expect(await system.api.command(id, 'default_delete_aggregate')).toMatchObject({ status: 200 });
  });
});
