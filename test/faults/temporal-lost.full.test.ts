import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Api, connectApi } from '../support/api.ts';
import { type Stored, brokenRecords, overdueRecords, readStored } from '../support/fault-records.ts';
import { type FaultServers, startFaultServers } from '../support/fault-servers.ts';
import { type FaultService, createFaultService } from '../support/fault-service.ts';
import { type WorkflowState, brokenWorkflows, describeWorkflows } from '../support/fault-workflows.ts';

/** Records that are due some day, and records that are not retried by themselves any more. */
const ARMED = 500;
const DEAD_LETTERS = 12;
/** Of those with a deadline, so many are left when the service is killed in the middle. */
const LEFT = 300;
/** Records that come due while Temporal is away. */
const SOON = 10;
/** Milliseconds for starting the workflows of all records with a deadline. */
const AT_ONCE = 20_000;
/** Milliseconds by which a retry may be late afterwards. */
const TOLERANCE = 3_000;
/** So many dead letters are started in a second, and by so many places the order of starts may differ from that of the deadlines. */
const DEAD_LETTERS_PER_SECOND = 5;
const SHUFFLE = 40;

describe("when Temporal's database is lost", () => {
  let servers: FaultServers;
  let service: FaultService;
  let api: Api;

  beforeAll(async () => {
    servers = await startFaultServers();
    service = await createFaultService(servers.env);
    api = connectApi(service.url);
    service.start();
    await service.working();
    await createMany(ARMED, (index) => ({
      maxRetries: 3,
      minBackoff: 3_600 + ((index * 37) % ARMED),
      executionTimeout: 60,
    }));
    await createMany(DEAD_LETTERS, () => ({ maxRetries: 0, minBackoff: 60, executionTimeout: 60 }));
  }, 120_000);

  afterAll(async () => {
    await service.kill();
    await servers.remove();
  });

  test('while the service is down, every record with a deadline has its workflow at once after the start', async () => {
    const { before, known, since } = await loseWhileDown();
    await expectRecovery(before, known, since);
    await service.working();
  }, 90_000);

  test('killed in the middle of that, it goes on where it was', async () => {
    const { before, known, since } = await loseWhileDown();
    await expect
      .poll(() => unengaged('deadline is not null', before + 1), { timeout: AT_ONCE, interval: 20 })
      .toBeLessThanOrEqual(LEFT);
    await service.kill();
    const killedAt = Date.now();
    const done = await servers.query<{ id: string }>(
      'select aggregate_id as id from redress.snapshot where open and engaged = $1',
      [before + 1],
    );
    expect(done.length).toBeGreaterThan(0);
    expect(await unengaged('deadline is not null', before + 1)).toBeGreaterThan(0);
    service.start();
    await expectRecovery(before, known, since);
    const ids = done.map(({ id }) => id);
    const states = await describeWorkflows(servers.temporal.address, ids);
    expect(states.filter(({ startedAt }) => startedAt > killedAt)).toEqual([]);
    await service.working();
  }, 90_000);

  test('while the service runs, it notices: commands go on, and every record with a deadline has its workflow at once', async () => {
    const before = await epochOf();
    await createMany(SOON, () => ({ maxRetries: 3, minBackoff: 2, executionTimeout: 1 }));
    const known = await readStored(servers);
    await loseDatabase();
    const since = Date.now();
    // Nothing was sent meanwhile, so the service does not know yet.
    const creating = createUntilTold();
    await expectRecovery(before, known, since);
    expect(new Set(await creating.stop())).toEqual(new Set(['200 PROCESSED']));
    await settled();
  }, 90_000);

  async function createMany(
    count: number,
    retrySpec: (index: number) => { maxRetries: number; minBackoff: number; executionTimeout: number },
  ): Promise<void> {
    const indexes = Array.from({ length: count }, (_, index) => index);
    const create = async (): Promise<void> => {
      for (let index = indexes.pop(); index !== undefined; index = indexes.pop()) {
        const { status, body } = await api.create({ retrySpec: retrySpec(index) });
        if (status !== 200) throw new Error(`a create was answered ${status}: ${JSON.stringify(body)}`);
      }
    };
    await Promise.all([create(), create(), create(), create()]);
  }

  /** Temporal loses everything while the service is down, which then starts: epoch and records before that. */
  async function loseWhileDown(): Promise<{ before: number; known: Stored; since: number }> {
    const before = await epochOf();
    await service.kill();
    await loseDatabase();
    const known = await readStored(servers);
    const since = Date.now();
    service.start();
    return { before, known, since };
  }

  async function loseDatabase(): Promise<void> {
    await servers.temporal.kill();
    servers.temporal.deleteDatabase();
    await servers.temporal.start();
  }

  async function epochOf(): Promise<number> {
    const [row] = await servers.query<{ epoch: number }>('select epoch from redress.temporal');
    return row?.epoch ?? 0;
  }

  /** Waits until everything that was `known` before has its workflow again, and looks at the order of the starts. */
  async function expectRecovery(before: number, known: Stored, since: number): Promise<void> {
    await expect.poll(() => unengaged('deadline is not null', before + 1), { timeout: AT_ONCE, interval: 50 }).toBe(0);
    console.log(`${ARMED} records with a deadline: ${Date.now() - since} ms`);
    await expect.poll(() => unengaged('deadline is null', before + 1), { timeout: AT_ONCE, interval: 50 }).toBe(0);
    console.log(`and ${DEAD_LETTERS} dead letters: ${Date.now() - since} ms`);

    const isDead = new Set(known.records.filter(({ deadline }) => deadline === null).map(({ id }) => id));
    const states = await describeWorkflows(
      servers.temporal.address,
      known.records.map(({ id }) => id),
    );
    expect(states.filter(({ status }) => status !== 'RUNNING')).toEqual([]);
    expectPace(states.filter(({ id }) => isDead.has(id)));
    expectOrder(
      states.filter(({ id }) => !isDead.has(id)),
      known,
    );
  }

  async function unengaged(which: string, epoch: number): Promise<number> {
    const [row] = await servers.query<{ left: string }>(
      `select count(*) as left from redress.snapshot where open and ${which} and engaged <> $1`,
      [epoch],
    );
    return Number(row?.left);
  }

  async function settled(): Promise<void> {
    await expect
      .poll(async () => overdueRecords(await readStored(servers), TOLERANCE), { timeout: AT_ONCE, interval: 500 })
      .toEqual([]);
    expect(brokenRecords(await readStored(servers))).toEqual([]);
    const broken = async (): Promise<string[]> => brokenWorkflows(servers.temporal.address, await readStored(servers));
    await expect.poll(broken, { timeout: AT_ONCE, interval: 500 }).toEqual([]);
  }

  /** Creates records one after the other and keeps the answers. */
  function createUntilTold(): { stop(): Promise<string[]> } {
    const answers: string[] = [];
    let stopping = false as boolean;
    const running = (async () => {
      while (!stopping) {
        const { status, body } = await api.create();
        answers.push(status === 200 ? `200 ${body.stage}` : `${status} ${JSON.stringify(body)}`);
        await sleep(100);
      }
    })();
    return {
      async stop() {
        stopping = true;
        await running;
        return answers;
      },
    };
  }
});

function expectPace(deadLetters: readonly WorkflowState[]): void {
  const starts = deadLetters.map(({ startedAt }) => startedAt).sort((a, b) => a - b);
  const gaps = starts.slice(DEAD_LETTERS_PER_SECOND).map((at, index) => at - (starts[index] ?? 0));
  // Requests take their time, so two seconds may come a little closer together.
  expect(Math.min(...gaps)).toBeGreaterThan(800);
}

function expectOrder(armed: readonly WorkflowState[], known: Stored): void {
  const deadlines = new Map(known.records.map(({ id, deadline }) => [id, deadline ?? 0]));
  const byDeadline = armed.map(({ id }) => id).sort((a, b) => (deadlines.get(a) ?? 0) - (deadlines.get(b) ?? 0));
  const byStart = armed.toSorted((a, b) => a.startedAt - b.startedAt).map(({ id }) => id);
  const displaced = byStart.filter((id, index) => Math.abs(byDeadline.indexOf(id) - index) > SHUFFLE);
  expect(displaced).toEqual([]);
}
