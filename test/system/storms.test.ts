import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, type Api, connectApi } from '../support/api.ts';
import { eventually } from '../support/eventually.ts';
import { atVersion, createRecord } from '../support/records.ts';
import { temporalAddress } from '../support/servers.ts';
import { type System, openSystem } from '../support/system.ts';
import { type TcpProxy, startTcpProxy } from '../support/tcp-proxy.ts';
import { statusOf } from '../support/workflows.ts';

const CALLERS = 64;
/** Milliseconds that the storm lasts, and between two creates of a caller: every record has to get its workflow afterwards. */
const STORM = 7_000;
const BETWEEN = 1_600;
/** Milliseconds within which 99 of 100 pages of a list come in a storm. */
const PAGE_TIME = 500;

const LATER = { maxRetries: 3, minBackoff: 3_600, executionTimeout: 600 };
const SOON = { ...LATER, minBackoff: 2 };
const DEAD = { ...LATER, maxRetries: 0 };

/** Open records without a workflow. */
async function unengaged(system: System): Promise<string[]> {
  const rows = await system.sql<{ id: string }>(
    'select aggregate_id as id from redress.snapshot where open and engaged = 0 order by deadline',
  );
  return rows.map(({ id }) => id);
}

/** Waits until every one of these records has a workflow that runs. */
async function expectWorkflows(system: System, ids: readonly string[], timeout: number): Promise<void> {
  await expect.poll(() => unengaged(system), { timeout }).toEqual([]);
  const left = [...ids];
  const look = async (): Promise<void> => {
    for (let id = left.pop(); id !== undefined; id = left.pop()) expect(await statusOf(system, id), id).toBe('RUNNING');
  };
  await Promise.all(Array.from({ length: 16 }, look));
}

const outcome = ({ status, body }: Answer): string => `${status} ${body.stage} ${body.errorCode}`;

async function metric({ redress }: System, name: string): Promise<number> {
  const text = await (await fetch(`${redress.url}/metrics`)).text();
  return Number(
    text
      .split('\n')
      .find((line) => line.startsWith(`${name} `))
      ?.split(' ')[1] ?? 0,
  );
}

describe('while Temporal does not answer', () => {
  let proxy: TcpProxy;
  let system: System;

  beforeAll(async () => {
    proxy = await startTcpProxy(temporalAddress());
    system = await openSystem({ TEMPORAL_ADDRESS: proxy.address, CREATE_PATH: 'auto' });
  });
  afterAll(async () => {
    await system.close();
    await proxy.close();
  });

  it('a create waits for a second, the next ones not at all, and nobody else is refused for that', async () => {
    const open = await createRecord(system, 'open');
    proxy.stall();
    const asked = Date.now();
    expect(outcome(await system.api.create({}, { 'Command-Aggregate-Id': 'hung' }))).toBe('200 PROCESSED Ok');
    expect(Date.now() - asked).toBeGreaterThan(900);
    const askedNext = Date.now();
    expect(outcome(await system.api.create({}, { 'Command-Aggregate-Id': 'next' }))).toBe('200 PROCESSED Ok');
    expect(Date.now() - askedNext).toBeLessThan(500);
    const patient = system.api.command(open, 'prepare_compensation');
    proxy.restore();
    expect(outcome(await patient)).toBe('200 PROCESSED Ok');
    // The start of the first one may come late: it is the same command.
    await expectWorkflows(system, ['hung', 'next'], 10_000);
    for (const id of ['hung', 'next']) expect(await system.api.events(id)).toHaveLength(1);
  });

  it('every failure of a storm is recorded while lists are read, and has its workflow afterwards, the next due first', async () => {
    proxy.cut();
    const answers: string[] = [];
    const ids: string[] = [];
    const until = Date.now() + STORM;
    const report = async (caller: number): Promise<void> => {
      await pause((BETWEEN / CALLERS) * caller);
      for (let round = 0; Date.now() < until; round += 1) {
        const asked = Date.now();
        const answer = await system.api.create({ retrySpec: caller < 8 && round < 2 ? SOON : LATER });
        answers.push(outcome(answer));
        ids.push(answer.body.aggregateId);
        await pause(Math.max(0, BETWEEN - (Date.now() - asked)));
      }
    };
    const pages: { status: number; time: number }[] = [];
    const read = async (): Promise<void> => {
      while (Date.now() < until) {
        const asked = Date.now();
        const condition = { condition: { operator: 'EQ', field: 'state.status', value: 'FAILED' } };
        const response = await system.api.send('POST', '/execution_failed/snapshot/paged', condition);
        await response.text();
        pages.push({ status: response.status, time: Date.now() - asked });
        await pause(50);
      }
    };
    await Promise.all([read(), ...Array.from({ length: CALLERS }, (_, caller) => report(caller))]);

    expect(new Set(answers)).toEqual(new Set(['200 PROCESSED Ok']));
    expect(ids.length).toBeGreaterThan((0.5 * CALLERS * STORM) / BETWEEN);
    expect(new Set(pages.map(({ status }) => status))).toEqual(new Set([200]));
    const times = pages.map(({ time }) => time).sort((a, b) => a - b);
    expect(times[Math.floor(0.99 * times.length)]).toBeLessThan(PAGE_TIME);
    expect(await metric(system, 'redress_unengaged_records')).toBe(ids.length);
    expect(await metric(system, 'redress_engagement_lag_seconds')).toBeGreaterThan(1);
    expect(await system.api.get('/actuator/health/engagement')).toMatchObject({
      status: 200,
      body: { details: { unengagedRecords: ids.length } },
    });

    proxy.restore();
    await eventually(async () => {
      const [row] = await system.sql<{ prepared: string }>(
        'select count(*) as prepared from redress.snapshot where version > 1 and aggregate_id = any ($1)',
        [ids],
      );
      expect(Number(row?.prepared)).toBe(16);
    });
    expect((await unengaged(system)).length).toBeGreaterThan(ids.length / 5);
    await expectWorkflows(system, ids, 60_000);
    expect(await metric(system, 'redress_unengaged_records')).toBe(0);
    expect(await metric(system, 'redress_engagement_lag_seconds')).toBe(0);
  }, 100_000);
});

describe('records that were stored at once', () => {
  let proxy: TcpProxy;
  let system: System;

  beforeAll(async () => {
    proxy = await startTcpProxy(new URL(process.env['TEST_DATABASE_URL'] ?? '').host);
    system = await openSystem({ CREATE_PATH: 'store' }, { postgres: proxy.address });
  });
  afterAll(async () => {
    await system.close();
    await proxy.close();
  });

  const create = (id: string, retrySpec = LATER): Promise<string> => createRecord(system, id, { retrySpec });
  const named = (name: string, count: number): string[] =>
    Array.from({ length: count }, (_, index) => `${name}-${index + 10}`);

  it('get their workflow after a crash that came between the two', async () => {
    const ids = named('killed', 40);
    await Promise.all(ids.map((id, index) => create(id, index < 3 ? SOON : LATER)));
    await system.redress.kill();
    expect((await unengaged(system)).length).toBeGreaterThan(0);
    await system.start();
    await expectWorkflows(system, ids, 20_000);
    for (const id of ids.slice(0, 3)) expect(await atVersion(system, id, 2)).toMatchObject({ version: 2 });
  });

  it('are counted, and what was refused or repeated is not', async () => {
    const before = await metric(system, 'redress_creates_total{path="store"}');
    const headers = { 'Command-Aggregate-Id': 'counted', 'Command-Request-Id': 'counted' };
    const answers = [await system.api.create({}, headers), await system.api.create({}, headers)];
    answers.push(await system.api.create({}, { 'Command-Aggregate-Id': 'counted' }));
    expect(answers.map(({ status }) => status)).toEqual([200, 400, 400]);
    expect(await metric(system, 'redress_creates_total{path="store"}')).toBe(before + 1);
  });

  it('are prepared on time, however many came before them', async () => {
    const ids = named('later', 150);
    await Promise.all(ids.map((id) => create(id)));
    const soon = named('soon', 5);
    await Promise.all(soon.map((id) => create(id, SOON)));
    for (const id of soon) {
      const { createTime } = (await atVersion(system, id, 2), await system.api.events(id))[1] ?? { createTime: NaN };
      const due = (await system.api.events(id))[0]?.body[0].body as { retryState: { nextRetryAt: number } };
      expect(createTime - due.retryState.nextRetryAt).toBeGreaterThanOrEqual(0);
      expect(createTime - due.retryState.nextRetryAt).toBeLessThan(3_000);
    }
    await expectWorkflows(system, [], 20_000);
  });

  it('have their workflow at once where a command needs it, whoever else waits for one', async () => {
    const ids = named('dead', 60);
    await Promise.all(ids.map((id) => create(id, DEAD)));
    const last = ids.at(-1) ?? '';
    expect(outcome(await system.api.command(last, 'mark_recoverable', { recoverable: 'UNRECOVERABLE' }))).toBe(
      '200 PROCESSED Ok',
    );
    expect(await statusOf(system, last)).toBe('RUNNING');
    const left = await unengaged(system);
    expect(left).not.toContain(last);
    expect(left.length).toBeGreaterThan(30);
  });

  it('are one record each, also when the same create comes by both ways at once', async () => {
    const stored = system.api;
    const started = connectApi((await system.start({ CREATE_PATH: 'workflow' })).url);
    const send = (id: string | null, request: string) => async (api: Api) => {
      const headers = { 'Command-Request-Id': request, ...(id === null ? {} : { 'Command-Aggregate-Id': id }) };
      return outcome(await api.create({ retrySpec: LATER }, headers));
    };
    const both = async (id: string | null, request: string): Promise<string> =>
      (await Promise.all([stored, started].map(send(id, request)))).sort().join(', ');
    const twice = named('twice', 20);
    for (const id of twice) {
      expect(await both(id, `create ${id}`)).toMatch(/^200 PROCESSED Ok, 400 \w+ Duplicate(RequestId|AggregateId)$/);
      expect(await system.api.events(id)).toHaveLength(1);
      expect(await both(null, `request ${id}`)).toMatch(/^200 PROCESSED Ok, 400 \w+ DuplicateRequestId$/);
      expect(await both(null, `request ${id}`)).toBe('400 SENT DuplicateRequestId, 400 SENT DuplicateRequestId');
    }
    await expect
      .poll(async () => (await unengaged(system)).filter((id) => !id.startsWith('dead')), { timeout: 20_000 })
      .toEqual([]);
    for (const id of twice) expect(await statusOf(system, id)).toBe('RUNNING');
  });

  it('could not be stored while Postgres was away: their workflow does it when it is back', async () => {
    await system.redress.stop();
    await system.start({ CREATE_PATH: 'store' });
    proxy.cut();
    const ids = named('sent', 60);
    const send = (id: string): Promise<Answer> =>
      system.api.create({}, { 'Command-Aggregate-Id': id, 'Command-Wait-Stage': 'SENT' });
    expect(new Set((await Promise.all(ids.map(send))).map(outcome))).toEqual(new Set(['200 SENT Ok']));
    const patient = system.api.create({}, { 'Command-Aggregate-Id': 'patient' });
    await pause(1_000);
    proxy.restore();
    expect(outcome(await patient)).toBe('200 PROCESSED Ok');
    for (const id of ids) expect(await atVersion(system, id, 1)).toMatchObject({ version: 1 });
  });

  it('need no workflow for that where no more than one connection to Postgres broke, nor do those that wait', async () => {
    const before = await metric(system, 'redress_creates_total{path="workflow"}');
    const broken = system.sql(`do $$ begin
      lock table redress.snapshot in share mode;
      perform pg_sleep(0.5);
      for round in 1..100 loop
        perform pg_terminate_backend(pid) from pg_stat_activity
          where application_name = 'redress creates' and datname = current_database() and wait_event_type = 'Lock' limit 1;
        if found then return; end if;
        perform pg_sleep(0.01), pg_stat_clear_snapshot();
      end loop;
      raise exception 'nobody stored anything';
    end $$`);
    await pause(50);
    const answers = await Promise.all(Array.from({ length: 300 }, () => system.api.create({ retrySpec: DEAD })));
    await broken;
    expect(new Set(answers.map(outcome))).toEqual(new Set(['200 PROCESSED Ok']));
    expect(await metric(system, 'redress_creates_total{path="workflow"}')).toBe(before);
  });
});
