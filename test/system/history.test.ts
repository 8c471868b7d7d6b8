import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Snapshot, State } from '../../src/domain/index.ts';
import type { BatchResult, StateEvent } from '../../src/history/index.ts';
import { FAILED_ATTEMPT } from '../support/api.ts';
import { atVersion, createRecord } from '../support/records.ts';
import { type System, openSystem } from '../support/system.ts';

let system: System;

beforeAll(async () => {
  system = await openSystem();
  await live('lived');
});
afterAll(() => system.close());

/** Seven versions: created, prepared, failed, deleted, recovered, prepared, succeeded. */
async function live(id: string): Promise<void> {
  await createRecord(system, id);
  for (const [name, body] of [
    ['force_prepare_compensation', {}],
    ['apply_execution_failed', FAILED_ATTEMPT],
    ['default_delete_aggregate', {}],
    ['default_recover_aggregate', {}],
    ['force_prepare_compensation', {}],
    ['apply_execution_success', { executeAt: 5 }],
  ] as const) {
    expect((await system.api.command(id, name, body)).status).toBe(200);
  }
}

const get = async (path: string) => {
  const { status, body } = await system.api.get(`/execution_failed/${path}`);
  return { status, body };
};
const put = async (path: string) => {
  const response = await system.api.send('PUT', `/execution_failed/${path}`);
  const text = await response.text();
  return { status: response.status, headers: response.headers, text };
};
const refused = (status: number, errorCode: string, errorMsg: unknown = expect.any(String)) => ({
  status,
  body: { errorCode, errorMsg, succeeded: false },
});
const NOT_FOUND = refused(404, 'NotFound', 'Not found resource!');

describe('the state of a record', () => {
  test.each([
    [1, 'FAILED', 0],
    [2, 'PREPARED', 1],
    [3, 'FAILED', 1],
    [5, 'FAILED', 1],
    [6, 'PREPARED', 2],
    [7, 'SUCCEEDED', 2],
  ])('at version %i is %s after %i retries', async (version, status, retries) => {
    const answer = await get(`lived/state/${version}`);
    expect(answer).toMatchObject({ status: 200, body: { id: 'lived', status, retryState: { retries } } });
  });

  test('at its newest version is what is stored', async () => {
    expect((await get('lived/state/7')).body).toEqual((await system.api.snapshot('lived')).state);
  });

  test.each([
    ['lived/state/4', NOT_FOUND],
    ['missing/state/1', NOT_FOUND],
    ['lived/state/8', refused(400, 'IllegalState', 'targetVersion:8 != stateAggregate.version:7')],
    ['lived/state/0', refused(400, 'IllegalArgument')],
    ['lived/state/-1', refused(400, 'IllegalArgument')],
    ['lived/state/abc', refused(400, 'IllegalArgument', 'For input string: "abc"')],
    ['lived/state/2147483648', refused(400, 'IllegalArgument', 'For input string: "2147483648"')],
    ['lived/state/time/0', refused(400, 'IllegalArgument')],
    ['lived/state/time/1.5', refused(400, 'IllegalArgument', 'For input string: "1.5"')],
    ['lived/state/time/9223372036854775808', refused(400, 'IllegalArgument')],
    ['lived/state/time/+1', NOT_FOUND],
    ['lived/state/time/1', NOT_FOUND],
    ['missing/state/time/1795478159224', NOT_FOUND],
  ])('GET %s', async (path, answer) => {
    expect(await get(path)).toEqual(answer);
  });

  test('at a time is that of the newest version until then, that instant included', async () => {
    const events = await system.api.events('lived');
    for (const { version, createTime } of events) {
      const newest = events.findLast((event) => event.createTime <= createTime)?.version ?? version;
      expect(await get(`lived/state/time/${createTime}`)).toEqual(await get(`lived/state/${newest}`));
    }
    expect((await get('lived/state/time/9223372036854775807')).body).toEqual((await get('lived/state/7')).body);
    const first = events[0]?.createTime ?? 0;
    expect(await get(`lived/state/time/${first - 1}`)).toEqual(NOT_FOUND);
  });
});

describe('tracing', () => {
  const trace = async (query = '') => (await get(`lived/state/tracing${query}`)).body as StateEvent[];
  const versions = async (query: string) => (await trace(query)).map(({ version }) => version);

  test('answers every version with the state after it', async () => {
    const events = await system.api.events('lived');
    const traced = await trace();
    expect(traced).toHaveLength(7);
    for (const [index, { state, firstOperator, firstEventTime, tags, deleted, ...stream }] of traced.entries()) {
      expect({ ...stream, size: 1 }).toEqual(events[index]);
      expect({ firstOperator, tags, firstEventTime }).toEqual({
        firstOperator: '',
        tags: {},
        firstEventTime: events[0]?.createTime,
      });
      expect(deleted).toBe(index === 3);
      if (!deleted) expect(state).toEqual((await get(`lived/state/${index + 1}`)).body);
    }
  });

  test.each([
    ['?headVersion=3', [3, 4, 5, 6, 7]],
    ['?tailVersion=2', [1, 2]],
    ['?headVersion=2&tailVersion=4', [2, 3, 4]],
    ['?limit=2', [1, 2]],
    ['?headVersion=6&limit=9', [6, 7]],
    ['?headVersion=2&tailVersion=6&limit=2147483647', [2, 3, 4, 5, 6]],
    ['?limit=0', []],
    ['?headVersion=8', []],
  ])('%s restricts the versions', async (query, expected) => {
    expect(await versions(query)).toEqual(expected);
  });

  test('of a record with many versions is sent part by part', async () => {
    const id = await createRecord(system, 'long-lived');
    for (let version = 2; version <= 45; version += 1) {
      await system.api.command(id, 'default_apply_resource_tags', { tags: { version: [String(version)] } });
    }
    const response = await system.api.send('GET', `/execution_failed/${id}/state/tracing`);
    expect(response.headers.get('content-length')).toBeNull();
    expect(response.headers.get('wow-error-code')).toBe('Ok');
    const traced = (await response.json()) as StateEvent[];
    expect(traced.map(({ version }) => version)).toEqual(Array.from({ length: 45 }, (_, index) => index + 1));
  });

  test('of a record that is not there is empty', async () => {
    expect(await get('missing/state/tracing')).toEqual({ status: 200, body: [] });
  });

  test.each([
    ['?headVersion=0', 'headVersion must be greater than 0.'],
    ['?headVersion=3&tailVersion=2', 'tailVersion must be greater than or equal to headVersion.'],
    ['?limit=-1', 'limit must be greater than or equal to 0.'],
    ['?limit=x', 'limit must be an integer.'],
    ['?tailVersion=', 'tailVersion must not be blank.'],
  ])('refuses %s', async (query, message) => {
    expect(await get(`lived/state/tracing${query}`)).toEqual(refused(400, 'IllegalArgument', message));
  });
});

describe('regeneration', () => {
  const spoil = (id: string) =>
    system.sql(
      `update redress.snapshot set deadline = 1, not_before = 2, document = jsonb_set(document, '{state,status}', '"PREPARED"')
       where aggregate_id = $1`,
      [id],
    );

  test('makes a snapshot anew from all events', async () => {
    await live('spoilt');
    const before = await system.api.snapshot('spoilt');
    await spoil('spoilt');
    const { status, headers, text } = await put('spoilt/snapshot');
    expect([status, text, headers.get('wow-error-code'), headers.get('content-type')]).toEqual([200, '', null, null]);
    expect(await system.api.snapshot('spoilt')).toEqual(before);
  });

  test('brings back a snapshot that is gone, also of a deleted record', async () => {
    await createRecord(system, 'gone');
    await system.api.command('gone', 'default_delete_aggregate');
    await system.sql(`delete from redress.snapshot where aggregate_id = 'gone'`);
    expect((await put('gone/snapshot')).status).toBe(200);
    const [row] = await system.sql<{ document: Snapshot }>(
      `select document from redress.snapshot where aggregate_id = 'gone'`,
    );
    expect(row?.document).toMatchObject({ version: 2, deleted: true });
  });

  test('arms the retry that an open record has lost', async () => {
    await createRecord(system, 'parked', { retrySpec: { maxRetries: 3, minBackoff: 1, executionTimeout: 600 } });
    await atVersion(system, 'parked', 2);
    await system.api.command('parked', 'apply_execution_failed', { ...FAILED_ATTEMPT, recoverable: 'UNRECOVERABLE' });
    // What the events do not say: the workflow has heard of no deadline.
    await system.sql(`delete from redress.event_stream where aggregate_id = 'parked' and version = 3`);
    await system.sql(`delete from redress.snapshot where aggregate_id = 'parked'`);
    expect((await put('parked/snapshot')).status).toBe(200);
    const [row] = await system.sql<{ deadline: string; state: State }>(
      `select deadline, document -> 'state' as state from redress.snapshot where aggregate_id = 'parked'`,
    );
    expect(row?.state.status).toBe('PREPARED');
    expect(Number(row?.deadline)).toBe((row?.state.retryState.timeoutAt ?? 0) + 1);
  });

  test('says that there is no such record', async () => {
    expect((await put('missing/snapshot')).status).toBe(404);
  });

  test('is safe beside the commands of a running workflow', async () => {
    const spec = { maxRetries: 5, minBackoff: 1, executionTimeout: 1 };
    const id = await createRecord(system, 'busy', { retrySpec: spec });
    const over = new AbortController();
    const regenerating = (async () => {
      const statuses = new Set<number>();
      while (!over.signal.aborted) statuses.add((await put(`${id}/snapshot`)).status);
      return statuses;
    })();
    const commands = Array.from({ length: 60 }, () => system.api.command(id, 'apply_retry_spec', spec));
    const answers = await Promise.all(commands).finally(() => {
      over.abort();
    });
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(await regenerating).toEqual(new Set([200]));
    expect((await system.api.events(id)).length).toBeGreaterThan(60);
  });

  test('refuses a record whose newest events are gone', async () => {
    await live('torn');
    await system.sql(`delete from redress.event_stream where aggregate_id = 'torn' and version > 5`);
    expect(await put('torn/snapshot')).toMatchObject({ status: 409 });
    await system.sql(`delete from redress.event_stream where aggregate_id = 'torn' and version = 2`);
    expect(await get('torn/state/3')).toMatchObject(refused(409, 'SourcingVersionConflict'));
    await system.sql(`delete from redress.event_stream where aggregate_id = 'torn'`);
    await system.sql(`delete from redress.snapshot where aggregate_id = 'torn'`);
  });
});

describe('a batch of regenerations', () => {
  const batch = async (afterId: string, limit: number | string) => {
    const { status, text } = await put(`snapshot/${afterId}/${limit}`);
    return { status, body: JSON.parse(text) as BatchResult };
  };
  const done = (afterId: string, size: number) => ({
    status: 200,
    body: { afterId, size, errorCode: 'Ok', errorMsg: '', succeeded: true },
  });

  beforeAll(async () => {
    for (const id of ['zz-1', 'zz-2', 'zz-3']) await createRecord(system, id);
  });

  test('goes through the records in the order of their ids, as far as the limit', async () => {
    expect(await batch('zz-', 2)).toEqual(done('zz-2', 2));
    expect(await batch('zz-2', 2)).toEqual(done('zz-3', 1));
    expect(await batch('zz-3', 2)).toEqual(done('zz-3', 0));
  });

  test('(0) is the place before the first one, escaped or not', async () => {
    expect(await batch('(0)', 1)).toEqual(await batch('%280%29', 1));
    const all = await batch('(0)', 2_147_483_647);
    expect(all.body).toMatchObject({ afterId: 'zz-3', succeeded: true });
    const [row] = await system.sql<{ records: number }>('select count(*)::int as records from redress.snapshot');
    expect(all.body.size).toBe(row?.records);
  });

  test('stops at the first record that fails and says how far it came', async () => {
    await createRecord(system, 'zz-4');
    await createRecord(system, 'zz-5');
    await system.sql(
      `update redress.event_stream set document = jsonb_set(document, '{body,0,name}', '"unheard_of"') where aggregate_id = 'zz-4'`,
    );
    expect(await batch('zz-2', 5)).toEqual({
      status: 400,
      body: {
        afterId: 'zz-3',
        size: 1,
        errorCode: 'BatchTaskError',
        errorMsg:
          'Task[AggregateId(contextName=compensation-service, aggregateName=execution_failed, tenantId=(0), id=zz-4)] execution failed.',
        succeeded: false,
      },
    });
    await system.sql(
      `update redress.event_stream set document = jsonb_set(document, '{body,0,name}', '"execution_failed_created"') where aggregate_id = 'zz-4'`,
    );
  });

  test.each(['x', '0', '-1', '2147483648'])('refuses the limit %s', async (limit) => {
    expect(await batch('(0)', limit)).toMatchObject(refused(400, 'IllegalArgument'));
  });
});
