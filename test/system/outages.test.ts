import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FAILED_EXECUTION } from '../support/api.ts';
import { atVersion, createRecord } from '../support/records.ts';
import { temporalAddress } from '../support/servers.ts';
import { type System, openSystem } from '../support/system.ts';
import { TARGET_CONTEXT, type Target, startTarget } from '../support/target.ts';
import { type TcpProxy, startTcpProxy } from '../support/tcp-proxy.ts';
import { deedsOf, statusOf, triesOf } from '../support/workflows.ts';

/** Milliseconds; tries that Temporal spaces out would be 1, 2, 4 and 8 s apart by then. */
const OUTAGE = 8_000;

const SUCCEEDED = [['prepare_compensation'], ['apply_execution_success', { executeAt: 1 }]] as const;
const SENT = { 'Command-Wait-Stage': 'SENT' };
const UNAVAILABLE = { status: 503, body: { errorCode: 'ServiceUnavailable', succeeded: false } };

const retryAfter = ({ headers }: { headers: Headers }): number => Number(headers.get('retry-after'));

/** A record whose workflow has ended. */
async function finishedRecord(system: System, id: string): Promise<string> {
  await createRecord(system, id);
  for (const [name, body] of SUCCEEDED) await system.api.command(id, name, body);
  await expect.poll(() => statusOf(system, id), { timeout: 10_000 }).toBe('COMPLETED');
  return id;
}

/** A record that is due after so many milliseconds. */
const recordDueIn = (system: System, id: string, milliseconds: number, contextName: string): Promise<string> =>
  createRecord(system, id, {
    function: { ...FAILED_EXECUTION.function, contextName },
    executeAt: Date.now() + milliseconds,
    retrySpec: { maxRetries: 1, minBackoff: 0, executionTimeout: 60 },
  });

describe.concurrent('while Postgres cannot be reached', () => {
  let proxy: TcpProxy;
  let temporalProxy: TcpProxy;
  let target: Target;
  let system: System;

  beforeAll(async () => {
    const server = new URL(process.env['TEST_DATABASE_URL'] ?? '');
    proxy = await startTcpProxy(server.host);
    temporalProxy = await startTcpProxy(temporalAddress());
    target = await startTarget();
    system = await openSystem(
      { TARGETS_FILE: target.file, TEMPORAL_ADDRESS: temporalProxy.address },
      { postgres: proxy.address },
    );
  });
  afterAll(async () => {
    await system.close();
    await Promise.all([target.close(), proxy.close(), temporalProxy.close()]);
  });

  it('commands are taken where they can be, refused where not, and all is done when it is back', async () => {
    const open = await createRecord(system, 'open');
    const finished = await finishedRecord(system, 'finished');
    const due = await recordDueIn(system, 'due', 2_000, 'somebody-else');
    const delivered = await recordDueIn(system, 'delivered', 0, TARGET_CONTEXT);
    const delivery = await target.delivery(delivered, 1);
    const deedsBefore = await deedsOf(system, open);

    proxy.cut();
    const marks = ['UNRECOVERABLE', 'UNKNOWN', 'RECOVERABLE'];
    for (const recoverable of marks) {
      const answer = await system.api.command(open, 'mark_recoverable', { recoverable }, SENT);
      expect(answer).toMatchObject({ status: 200, body: { stage: 'SENT' } });
    }
    const impatient = { 'Command-Wait-Timeout': '500', 'Command-Request-Id': 'asked-again' };
    expect(await system.api.command(open, 'prepare_compensation', {}, impatient)).toMatchObject({ status: 408 });
    const created = await system.api.create({}, { ...SENT, 'Command-Aggregate-Id': 'created' });
    expect(created).toMatchObject({ status: 200, body: { stage: 'SENT' } });
    delivery.answer(200);

    for (const answer of [
      await system.api.command(finished, 'default_delete_aggregate'),
      await system.api.command('nobody', 'default_delete_aggregate'),
      await system.api.get(`/execution_failed/${open}/snapshot`),
      await system.api.get(`/execution_failed/${open}/state`),
      await system.api.get(`/execution_failed/${open}/event/1/9`),
    ]) {
      expect(answer).toMatchObject(UNAVAILABLE);
      expect(retryAfter(answer)).toBeGreaterThan(0);
    }
    expect(await system.api.get('/actuator/health')).toMatchObject({ status: 503, body: { status: 'DOWN' } });
    expect(await system.api.get('/actuator/health/liveness')).toMatchObject({ status: 200 });

    temporalProxy.cut();
    const lost = await system.api.create({}, { 'Command-Aggregate-Id': 'lost' });
    expect(lost).toMatchObject({ ...UNAVAILABLE, body: { aggregateId: 'lost' } });
    expect(lost.body.errorMsg).toContain('Whether the command was carried out is not known');
    temporalProxy.restore();
    await pause(OUTAGE);
    // However long it takes, and however often it is tried, this is all that is written.
    const deeds = await deedsOf(system, open);
    expect(deeds.slice(deedsBefore.length)).toEqual(['markerRecorded', 'activityTaskScheduled']);
    // It waits at the worker, which knows at once when Postgres is back.
    expect(Math.max(...(await triesOf(system, open)))).toBeLessThan(3);

    proxy.restore();
    expect(await atVersion(system, open, 5)).toMatchObject({
      state: { recoverable: 'RECOVERABLE', status: 'PREPARED' },
    });
    const again = await system.api.command(open, 'prepare_compensation', {}, { 'Command-Request-Id': 'asked-again' });
    expect(again).toMatchObject({ status: 400, body: { errorCode: 'DuplicateRequestId' } });
    expect(await atVersion(system, 'created', 1)).toMatchObject({ state: { status: 'FAILED' } });
    expect(await atVersion(system, due, 2)).toMatchObject({ state: { status: 'PREPARED' } });
    expect(await atVersion(system, delivered, 3)).toMatchObject({ state: { status: 'SUCCEEDED' } });
    expect(await system.api.command(finished, 'default_delete_aggregate')).toMatchObject({ status: 200 });
    expect(await system.api.get('/actuator/health')).toMatchObject({ status: 200 });
  }, 60_000);
});

describe.concurrent('while Temporal cannot be reached', () => {
  let proxy: TcpProxy;
  let system: System;

  beforeAll(async () => {
    proxy = await startTcpProxy(temporalAddress());
    system = await openSystem({ TEMPORAL_ADDRESS: proxy.address });
  });
  afterAll(async () => {
    await system.close();
    await proxy.close();
  });

  it('failures are recorded and everything can be read; what needs a workflow comes when it is back', async () => {
    const open = await createRecord(system, 'open');
    const finished = await finishedRecord(system, 'finished');
    const due = await recordDueIn(system, 'due', 2_000, 'somebody-else');

    proxy.cut();
    const ids = ['stored-1', 'stored-2', 'stored-3'];
    for (const id of ids) {
      const answer = await system.api.create({ executeAt: 1 }, { 'Command-Aggregate-Id': id });
      expect(answer).toMatchObject({ status: 200, body: { stage: 'PROCESSED', aggregateVersion: 1 } });
    }
    expect(await system.api.create({}, { 'Command-Aggregate-Id': 'stored-1' })).toMatchObject({
      status: 400,
      body: { errorCode: 'DuplicateAggregateId' },
    });
    // Until it is noticed, a command may be on its way for longer than its caller waits.
    await expect
      .poll(() => system.api.get('/actuator/health/temporal'), { timeout: 10_000 })
      .toMatchObject({ status: 503 });
    for (const id of [open, finished]) {
      const answer = await system.api.command(
        id,
        'default_delete_aggregate',
        {},
        { 'Command-Request-Id': `delete ${id}` },
      );
      expect(answer).toMatchObject({ ...UNAVAILABLE, body: { aggregateId: id, requestId: `delete ${id}` } });
      expect(answer.body.errorMsg).toContain('repeat it with the same request id');
      expect(retryAfter(answer)).toBeGreaterThan(0);
    }
    expect(await system.api.snapshot(open)).toMatchObject({ version: 1 });
    expect(await system.api.events(finished)).toHaveLength(3);
    expect(await system.api.get('/actuator/health/readiness')).toMatchObject({ status: 200 });
    await pause(3_000);
    expect(await system.api.snapshot(due)).toMatchObject({ version: 1 });

    proxy.restore();
    for (const id of [...ids, due]) {
      expect(await atVersion(system, id, 2)).toMatchObject({ state: { status: 'PREPARED' } });
      await expect.poll(() => statusOf(system, id), { timeout: 10_000 }).toBe('RUNNING');
    }
    const answer = await system.api.command(
      finished,
      'default_delete_aggregate',
      {},
      {
        'Command-Request-Id': `delete ${finished}`,
      },
    );
    expect(answer).toMatchObject({ status: 200, body: { aggregateVersion: 4 } });
    expect(await system.api.command(open, 'prepare_compensation')).toMatchObject({ status: 200 });
  }, 60_000);
});
