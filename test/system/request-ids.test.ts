import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Answer } from '../support/api.ts';
import { createRecord } from '../support/records.ts';
import { type System, openSystem } from '../support/system.ts';
import { statusOf } from '../support/workflows.ts';

let system: System;

beforeAll(async () => {
  system = await openSystem();
});
afterAll(() => system.close());

const DUPLICATE = { status: 400, body: { errorCode: 'DuplicateRequestId' } };

const withRequestId = (id: string) => ({ 'Command-Request-Id': id });

/** How many of these were accepted and how many were refused as repeated; together they have to be all. */
function tally(answers: readonly Answer[]): { accepted: number; repeated: number } {
  const accepted = answers.filter(({ status }) => status === 200).length;
  const repeated = answers.filter(
    ({ status, body }) => status === 400 && body.errorCode === 'DuplicateRequestId',
  ).length;
  expect(accepted + repeated).toBe(answers.length);
  return { accepted, repeated };
}

async function recordsOf(requestId: string): Promise<number> {
  const rows = await system.sql<{ count: number }>(
    'select count(*)::int as count from redress.event_stream where request_id = $1',
    [requestId],
  );
  return rows[0]?.count ?? 0;
}

const record = (id: string): Promise<string> => createRecord(system, id);

describe.concurrent('a create that is repeated with its request id', () => {
  it('is refused before it is sent, and there is one record', async () => {
    const first = await system.api.create({}, withRequestId('create-twice'));
    expect(first).toMatchObject({ status: 200, body: { requestId: 'create-twice' } });
    expect(await system.api.create({}, withRequestId('create-twice'))).toMatchObject({
      ...DUPLICATE,
      body: {
        stage: 'SENT',
        aggregateVersion: null,
        errorMsg: 'Duplicate request ID[create-twice].',
        function: { processorName: 'CommandGateway', name: 'send' },
      },
    });
    expect(await recordsOf('create-twice')).toBe(1);
  });

  it('makes one record, even if all are sent at once', async () => {
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => system.api.create({}, withRequestId('creates-at-once'))),
    );
    expect(tally(answers)).toEqual({ accepted: 1, repeated: 9 });
    expect(await recordsOf('creates-at-once')).toBe(1);
  });

  it('leaves no workflow behind for the records that were not made', async ({ expect }) => {
    const answers = await Promise.all(
      Array.from({ length: 4 }, (_, index) =>
        system.api.create({}, { ...withRequestId('one-of-four'), 'Command-Aggregate-Id': `one-of-four-${index}` }),
      ),
    );
    expect(tally(answers)).toEqual({ accepted: 1, repeated: 3 });
    const running = async (): Promise<number> => {
      const statuses = await Promise.all([0, 1, 2, 3].map((index) => statusOf(system, `one-of-four-${index}`)));
      return statuses.filter((status) => status === 'RUNNING').length;
    };
    await expect.poll(running, { timeout: 10_000 }).toBe(1);
  });
});

describe.concurrent('an update that is repeated with its request id', () => {
  it('is refused before it is sent, and there is one event', async () => {
    const id = await record('twice');
    const send = () => system.api.command(id, 'prepare_compensation', {}, withRequestId('update-twice'));
    expect(await send()).toMatchObject({ status: 200 });
    expect(await send()).toMatchObject({ ...DUPLICATE, body: { stage: 'SENT', aggregateVersion: null } });
    expect(await system.api.events(id)).toHaveLength(2);
  });

  it('takes effect once, even if all are sent at once', async () => {
    const id = await record('at-once');
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        system.api.command(
          id,
          'default_apply_resource_tags',
          { tags: { sender: [String(index)] } },
          withRequestId('update-at-once'),
        ),
      ),
    );
    expect(tally(answers)).toEqual({ accepted: 1, repeated: 9 });
    expect(await system.api.events(id)).toHaveLength(2);
  });

  it('is refused although its record has ended since', async () => {
    const id = await record('ended');
    const remove = () => system.api.command(id, 'default_delete_aggregate', {}, { 'CoSec-Request-Id': 'delete-twice' });
    expect(await remove()).toMatchObject({ status: 200, body: { requestId: 'delete-twice' } });
    expect(await remove()).toMatchObject(DUPLICATE);
  });
});

describe.concurrent('a request id', () => {
  it('is not used up by a command that was refused', async () => {
    const id = await record('not-burnt');
    const succeed = () => system.api.command(id, 'apply_execution_success', { executeAt: 1 }, withRequestId('again'));
    expect(await succeed()).toMatchObject({ status: 400, body: { errorCode: 'IllegalState' } });
    expect(await system.api.command(id, 'prepare_compensation')).toMatchObject({ status: 200 });
    expect(await succeed()).toMatchObject({ status: 200, body: { requestId: 'again' } });
  });

  it('is not used up by a create that was refused', async () => {
    const create = (maxRetries: number) =>
      system.api.create(
        { retrySpec: { maxRetries, minBackoff: 3_600, executionTimeout: 1 } },
        withRequestId('create-again'),
      );
    expect(await create(-1)).toMatchObject({ status: 400, body: { errorCode: 'IllegalArgument' } });
    expect(await create(1)).toMatchObject({ status: 200 });
  });

  it('may be the same for two records', async () => {
    for (const id of [await record('shared-1'), await record('shared-2')]) {
      const answer = await system.api.command(id, 'prepare_compensation', {}, withRequestId('shared'));
      expect(answer).toMatchObject({ status: 200 });
    }
  });

  it('may not be one of those that the engine makes itself', async () => {
    const id = await record('reserved');
    const headers = withRequestId(`redress:retry:${id}:1`);
    expect(await system.api.command(id, 'prepare_compensation', {}, headers)).toMatchObject({
      status: 400,
      body: { errorCode: 'IllegalArgument' },
    });
    expect(await system.api.events(id)).toHaveLength(1);
  });
});
