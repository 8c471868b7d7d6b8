import { setTimeout as pause } from 'node:timers/promises';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { createCommandHandler } from '../../src/command-handler/index.ts';
import { DEFAULT_RETRY_SPEC } from '../../src/domain/index.ts';
import { TASK_QUEUE, WORKFLOW_TYPE, workflowId } from '../../src/temporal/names.ts';
import { createGlobalIds, createPools, createRecord as storeRecord } from '../../src/store/index.ts';
import { FAILED_EXECUTION, type UpdateName } from '../support/api.ts';
import { atVersion, createRecord } from '../support/records.ts';
import { type System, openSystem } from '../support/system.ts';
import { statusOf, workflowOf } from '../support/workflows.ts';

let system: System;

beforeAll(async () => {
  system = await openSystem();
});
afterAll(() => system.close());

/** Decides a command next to the data, as the workflow of epoch `epoch` does; 0: as nobody's workflow does. */
async function decideHere(id: string, name: UpdateName | 'create_execution_failed', body: unknown, epoch: number) {
  const log = pino({ level: 'silent' });
  const pools = createPools(system.databaseUrl, log);
  const handler = createCommandHandler({
    pool: pools.commands,
    createRecord: (...version) => storeRecord(pools.commands, ...version),
    ids: createGlobalIds(() => 7),
    now: Date.now,
    autoRetry: true,
    retryDefaults: DEFAULT_RETRY_SPEC,
    log,
    onDecided: () => undefined,
  });
  const message = { ...envelope(`${id} ${name}`), name, body };
  const { outcomes } = await handler.handle(id, [{ origin: 'signal', message }], epoch);
  await pools.end();
  if (outcomes[0]?.ok !== true) throw new Error(`${name} of ${id} is refused: ${JSON.stringify(outcomes)}`);
}

async function currentEpoch(): Promise<number> {
  const rows = await system.sql<{ epoch: number }>('select epoch from redress.temporal');
  return rows[0]?.epoch ?? 0;
}

describe.concurrent('a workflow that was terminated', () => {
  it('is started again by the next command', async ({ expect }) => {
    const id = await createRecord(system, 'terminated');
    await workflowOf(system, id).terminate('a test');
    expect(await system.api.command(id, 'prepare_compensation')).toMatchObject({ status: 200 });
    expect(await statusOf(system, id)).toBe('RUNNING');
  });

  it('is started again when its record is overdue', async ({ expect }) => {
    const id = await createRecord(system, 'overdue', {
      recoverable: 'UNRECOVERABLE',
      executeAt: Date.now() - 4_000_000,
    });
    await workflowOf(system, id).terminate('a test');
    // The last thing that the workflow did before it was terminated: the record has been due for minutes.
    await decideHere(id, 'mark_recoverable', { recoverable: 'RECOVERABLE' }, await currentEpoch());
    await atVersion(system, id, 3);
    expect((await system.api.events(id)).at(-1)?.requestId).toBe(`redress:retry:${id}:2`);
    expect(await statusOf(system, id)).toBe('RUNNING');
  });

  it('may be terminated again and again', async ({ expect }) => {
    const id = await createRecord(system, 'terminated-twice');
    await workflowOf(system, id).terminate('a test');
    expect(await system.api.command(id, 'prepare_compensation')).toMatchObject({ status: 200 });
    await workflowOf(system, id).terminate('a test');
    expect(await system.api.command(id, 'apply_execution_success', { executeAt: 1 })).toMatchObject({ status: 200 });
    await expect.poll(() => statusOf(system, id), { timeout: 10_000 }).toBe('COMPLETED');
  });
});

describe.concurrent('a workflow that somebody cancels', () => {
  it('goes on: the record decides when it is over', async ({ expect }) => {
    const executeAt = Date.now() + 1_000;
    const retrySpec = { maxRetries: 1, minBackoff: 1, executionTimeout: 60 };
    const id = await createRecord(system, 'cancelled', { executeAt, retrySpec });
    await workflowOf(system, id).cancel();
    expect(await atVersion(system, id, 2)).toMatchObject({ state: { status: 'PREPARED' } });
    expect(await statusOf(system, id)).toBe('RUNNING');
  });
});

describe.concurrent('a record without a workflow', () => {
  it('gets one soon, and its retry', async ({ expect }) => {
    const create = { ...FAILED_EXECUTION, executeAt: Date.now() - 3_600_000 };
    await decideHere('stored', 'create_execution_failed', create, 0);
    await atVersion(system, 'stored', 2);
    expect(await statusOf(system, 'stored')).toBe('RUNNING');
  });

  it('gets one where it only waits for a person', async ({ expect }) => {
    const create = { ...FAILED_EXECUTION, executeAt: 1, recoverable: 'UNRECOVERABLE' };
    await decideHere('dead-letter', 'create_execution_failed', create, 0);
    await expect.poll(() => statusOf(system, 'dead-letter'), { timeout: 10_000 }).toBe('RUNNING');
    expect(await system.api.events('dead-letter')).toHaveLength(1);
  });

  it('needs none where it is over', async ({ expect }) => {
    await decideHere('over', 'create_execution_failed', { ...FAILED_EXECUTION, executeAt: 1 }, 0);
    await decideHere('over', 'default_delete_aggregate', {}, 0);
    await pause(2_500);
    expect(await statusOf(system, 'over')).toBeNull();
  });
});

describe.concurrent('a service that is started again', () => {
  const retrySpec = { maxRetries: 3, minBackoff: 2, executionTimeout: 60 };
  let own: System;

  beforeAll(async () => {
    own = await openSystem();
  }, 60_000);
  afterAll(() => own.close());

  it('takes what came while it was away in order, and prepares nothing while automatic retries are off', async ({
    expect,
  }) => {
    const armed = await createRecord(own, 'armed', { retrySpec });
    await own.redress.stop();
    const ordered = await startUnattended(own, 'ordered');

    await own.start({ AUTO_RETRY: 'off' });
    const due = await createRecord(own, 'due', { executeAt: 1 });
    const later = await createRecord(own, 'later', { retrySpec });
    await atVersion(own, ordered, 4);
    const senders = (await own.api.events(ordered)).map(({ commandId }) => commandId);
    expect(senders).toEqual(['ordered create', 'ordered b1', 'ordered a1', 'ordered b2']);

    await pause(2_500);
    for (const id of [armed, due, later]) expect(await own.api.events(id)).toHaveLength(1);
    const deadlines = await own.sql('select from redress.snapshot where deadline <= $1', [Date.now()]);
    expect(deadlines).toHaveLength(3);
    expect(await own.api.command(later, 'prepare_compensation')).toMatchObject({ status: 200 });
    await own.redress.stop();

    await own.start({ AUTO_RETRY: 'on' });
    const backAt = Date.now();
    for (const id of [armed, due]) {
      await atVersion(own, id, 2);
      expect((await own.api.events(id))[1]?.requestId).toBe(`redress:retry:${id}:1`);
    }
    expect(Date.now() - backAt).toBeLessThan(10_000);
  }, 90_000);
});

/** Starts the workflow of a record while nobody works on it, and sends it signals of two names before its first task. */
async function startUnattended({ temporal }: System, id: string): Promise<string> {
  const message = (name: string, body: unknown) => ({ ...envelope(`${id} ${name}`), body });
  const body = { ...FAILED_EXECUTION, executeAt: Date.now() };
  const create = { ...message('create', body), name: 'create_execution_failed' };
  const handle = await temporal.workflow.start(WORKFLOW_TYPE, {
    workflowId: workflowId(id),
    taskQueue: TASK_QUEUE,
    args: [{ id, create }],
  });
  await handle.signal('default_apply_resource_tags', message('b1', { tags: { b: ['1'] } }));
  await handle.signal('prepare_compensation', message('a1', {}));
  await handle.signal('default_apply_resource_tags', message('b2', { tags: { b: ['2'] } }));
  return id;
}

const envelope = (id: string) => ({
  commandId: id,
  requestId: id,
  ownerId: '',
  spaceId: '',
  expectedVersion: null,
  attempt: null,
  header: {},
});
