import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createFeed, runSubscriber } from '../../src/feed/index.ts';
import { createMetrics } from '../../src/metrics.ts';
import { removeFinishedRecords, runRetention } from '../../src/recovery/index.ts';
import {
  BEGINNING,
  type Pools,
  type Removed,
  StoreTimeout,
  StoreUnavailable,
  campaign,
  loadCheckpoint,
} from '../../src/store/index.ts';
import { create } from '../command-handler/handling.ts';
import { startReading } from '../feed/reading.ts';
import { eventually } from '../support/eventually.ts';
import {
  AFTER,
  FINISHED_AT,
  halfRecords,
  storeCopies,
  storeDeleted,
  storeRecord,
  storeSucceeded,
} from '../support/finished.ts';
import { SILENT, type TestStore, openStore } from '../support/store.ts';

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

let store: TestStore;
beforeAll(async () => {
  store = await openStore();
});
afterEach(async () => {
  expect(await halfRecords(store)).toBe(0);
  await store.sql('truncate redress.event_stream, redress.snapshot, redress.checkpoint');
});
afterAll(() => store.close());

const always = { goesOn: () => true };
const depsOn = (pools: Pick<Pools, 'commands' | 'queries'>) => ({ pools, log: SILENT, onRemoved: () => undefined });

async function countRecords(): Promise<number> {
  const [row] = await store.sql<{ count: number }>('select count(*)::int as count from redress.snapshot');
  return row?.count ?? Number.NaN;
}

/** A Postgres that is too slow to remove more than so many records at once. */
const slowBeyond = (records: number): Pools['commands'] => ({
  ...store.commands,
  transaction: (work) =>
    store.commands.transaction(async (client) => {
      const result = await work(client);
      if ((result as Removed).records > records) throw new StoreTimeout('a test');
      return result;
    }),
});

describe('a run', () => {
  it('removes everything that is over, and nothing else', async () => {
    await storeCopies(store, await storeSucceeded(store, 'succeeded'), 600);
    await storeCopies(store, await storeDeleted(store, 'deleted'), 60);
    await storeRecord(store, 'open', [create(0)]);
    await storeSucceeded(store, 'too-young', AFTER);
    const removal = await removeFinishedRecords(depsOn(store), AFTER, always);
    expect(removal).toEqual({
      records: 662,
      events: 601 * 3 + 61 * 2,
      heldBack: 0,
      passedOver: 0,
      isComplete: true,
    });
    expect(await countRecords()).toBe(2);
    expect(await store.check('open')).toEqual([]);
    expect(await store.check('too-young')).toEqual([]);
  });

  it('goes round a record that has too many events to be removed in time', async () => {
    await storeDeleted(store, 'small');
    await storeCopies(store, await storeSucceeded(store, 'large', FINISHED_AT - 1), 1);
    await store.sql(
      `update redress.snapshot set document = jsonb_set(document, '{version}', '1000') where aggregate_id = 'large'`,
    );
    const commands: Pools['commands'] = {
      ...store.commands,
      // Tells the batches apart by their order: the one record that is too large comes first, and alone.
      transaction: (work) =>
        (batches += 1) === 1 ? Promise.reject(new StoreTimeout('a test')) : store.commands.transaction(work),
    };
    let batches = 0;
    const removal = await removeFinishedRecords(depsOn({ ...store, commands }), AFTER, always);
    expect(removal).toMatchObject({ records: 2, events: 5, passedOver: 1, isComplete: true });
    await store.sql(
      `update redress.snapshot set document = jsonb_set(document, '{version}', '3') where aggregate_id = 'large'`,
    );
  });

  it('removes in smaller batches what Postgres does not remove at once in time', async () => {
    await storeCopies(store, await storeDeleted(store, 'slow'), 12);
    const removal = await removeFinishedRecords(depsOn({ ...store, commands: slowBeyond(4) }), AFTER, always);
    expect(removal).toMatchObject({ records: 13, events: 26, passedOver: 0, isComplete: true });
    expect(await countRecords()).toBe(0);
  });

  it('says what it passed over, to whoever reads the log', async () => {
    await storeCopies(store, await storeDeleted(store, 'never'), 2);
    const lines: string[] = [];
    const log = pino({ level: 'warn' }, { write: (line) => void lines.push(line) });
    const deps = { ...depsOn({ ...store, commands: slowBeyond(0) }), log };
    expect(await removeFinishedRecords(deps, AFTER, always)).toMatchObject({ records: 0, passedOver: 3 });
    const logged = lines.map((line) => JSON.parse(line) as { ids?: string[]; records?: number });
    expect(logged.flatMap(({ ids }) => ids ?? []).toSorted()).toEqual(['never', 'never-1', 'never-2']);
    expect(logged.at(-1)).toMatchObject({ records: 3 });
    expect(await countRecords()).toBe(3);
  });

  it('may be done by two processes at once, which share the work', async () => {
    await storeCopies(store, await storeSucceeded(store, 'shared'), 600);
    const both = [store.open(), store.open()];
    // Neither is done while the other still connects.
    const connect = { name: 'connect', text: 'select 1' };
    await Promise.all(
      both.flatMap(({ commands, queries }) => [commands, queries].map((pool) => pool.query(connect, []))),
    );
    const removals = await Promise.all(both.map((pools) => removeFinishedRecords(depsOn(pools), AFTER, always)));
    expect(removals.map(({ records }) => records > 0)).toEqual([true, true]);
    expect(removals.reduce((sum, { records }) => sum + records, 0)).toBe(601);
    expect(await countRecords()).toBe(0);
  });

  it('waits for a subscriber from its first look at the feed on, and goes on when that has caught up', async () => {
    await storeSucceeded(store, 'record');
    const feed = createFeed({ pool: store.queries, log: SILENT });
    let isUp = false;
    const subscriber = {
      name: 'late',
      handle: () => (isUp ? Promise.resolve() : Promise.reject(new Error('not now'))),
    };
    const running = runSubscriber({ pools: store, feed, subscriber, log: SILENT });
    const session = await store.session('starter');
    await eventually(async () => {
      expect(await loadCheckpoint(session, 'late')).toEqual(BEGINNING);
    });
    const kept = { records: 0, heldBack: 1, passedOver: 0, isComplete: true };
    expect(await removeFinishedRecords(depsOn(store), AFTER, always)).toMatchObject(kept);
    isUp = true;
    await eventually(async () => {
      expect(await removeFinishedRecords(depsOn(store), AFTER, always)).toMatchObject({ records: 1, heldBack: 0 });
    });
    feed.stop();
    await running.stop();
    await session.end();
  });

  it('leaves readers of the feed that come from far back with what is still there', async () => {
    await storeSucceeded(store, 'gone');
    await storeRecord(store, 'there', [create(0)]);
    const feed = createFeed({ pool: store.queries, log: SILENT });
    await removeFinishedRecords(depsOn(store), AFTER, always);
    const reading = startReading(feed, BEGINNING);
    await eventually(() => {
      expect(reading.versions()).toEqual(['there/1']);
    });
    await storeRecord(store, 'new', [create(0)]);
    await eventually(() => {
      expect(reading.versions()).toEqual(['there/1', 'new/1']);
    });
    await reading.leave();
    feed.stop();
  });
});

describe('the job', () => {
  /** A process that would remove what rests since before the end of the test's records. */
  function start(pools: Pools, log = SILENT) {
    const leadership = campaign(pools, SILENT, 'starter');
    const metrics = createMetrics();
    const job = runRetention({
      pools,
      leadership,
      now: Date.now,
      retention: 1,
      log,
      onRemoved: (removed) => {
        metrics.removed(removed);
      },
      onRun: (removal) => {
        metrics.retained(removal);
      },
    });
    const valueOf = async (name: string): Promise<number> =>
      Number(new RegExp(`^redress_retention_${name} (.*)$`, 'm').exec(await metrics.render())?.[1]);
    return {
      removed: () => valueOf('removed_records_total'),
      passedOver: () => valueOf('passed_over_records'),
      lastRun: () => valueOf('last_run_timestamp_seconds'),
      async stop() {
        await job.stop();
        await leadership.stop();
      },
    };
  }

  it('begins again soon after a run that Postgres did not let come to its end, and says so', async () => {
    await storeSucceeded(store, 'record');
    const pools = store.open();
    let failures = 0;
    const transaction: Pools['commands']['transaction'] = (work) =>
      failures > 0
        ? pools.commands.transaction(work)
        : Promise.reject(new StoreUnavailable(`a test, ${(failures += 1)} times`));
    const lines: string[] = [];
    const log = pino({ level: 'info' }, { write: (line) => void lines.push(line) });
    const process = start({ ...pools, commands: { ...pools.commands, transaction } }, log);
    await eventually(async () => {
      expect(await countRecords()).toBe(0);
    });
    expect(failures).toBe(1);
    await process.stop();
    expect(lines.map((line) => (JSON.parse(line) as { msg: string }).msg)).toEqual([
      'retention waits and tries again',
      'removed finished records',
      'retention goes on',
    ]);
  });

  it('tells of what it passed over beside the time of its run', async () => {
    await storeCopies(store, await storeDeleted(store, 'kept'), 2);
    const process = start({ ...store.open(), commands: slowBeyond(0) });
    await eventually(async () => {
      expect(await process.lastRun()).toBeGreaterThan(0);
    });
    expect(await process.passedOver()).toBe(3);
    await process.stop();
  });

  it('runs in one process of two, which counts what it removes', async () => {
    await storeCopies(store, await storeSucceeded(store, 'led'), 100);
    const processes = [start(store.open()), start(store.open())];
    await eventually(async () => {
      expect(await countRecords()).toBe(0);
    });
    await eventually(async () => {
      const runs = await Promise.all(processes.map((process) => process.lastRun()));
      expect(runs.filter((at) => at > Date.now() / 1_000 - 60)).toHaveLength(1);
    });
    const removed = await Promise.all(processes.map((process) => process.removed()));
    expect(removed.sort()).toEqual([0, 101]);
    await Promise.all(processes.map((process) => process.stop()));
  });
});

describe('the command', () => {
  const environment = (retention: string) => ({ ...process.env, DATABASE_URL: store.url, RETENTION: retention });

  it('says what would go, by status and month, and removes nothing of it', async () => {
    await storeCopies(store, await storeSucceeded(store, 'succeeded'), 9);
    await storeSucceeded(store, 'later', FINISHED_AT + 86_400_000);
    await storeCopies(store, await storeDeleted(store, 'deleted'), 4);
    await storeSucceeded(store, 'today', Date.now());
    const { stdout } = await promisify(execFile)(process.execPath, [MAIN, 'retention', '--dry-run'], {
      env: environment('30d'),
    });
    const table = stdout
      .split('\n')
      .flatMap((line) => /^\w+ .*(?= +[\d.]+ MB$)/.exec(line)?.[0].trim().split(/ +/).join(' ') ?? []);
    expect(table).toEqual(['SUCCEEDED 2024-01 10 30', 'SUCCEEDED 2024-02 1 3', 'deleted 2024-01 5 10', 'all 16 43']);
    expect(await countRecords()).toBe(17);
  });

  it('is refused while nothing says how long records are kept', async () => {
    const running = promisify(execFile)(process.execPath, [MAIN, 'retention'], { env: environment('off') });
    await expect(running).rejects.toThrow(/RETENTION is off: say how long/);
  });

  it('leaves whole records when it is killed, and finishes when it is run again', async () => {
    const copies = 4_000;
    await storeCopies(store, await storeSucceeded(store, 'many'), copies);
    const child = spawn(process.execPath, [MAIN, 'retention'], { env: environment('1d'), stdio: 'ignore' });
    const ended = once(child, 'exit');
    await eventually(async () => {
      expect(await countRecords()).toBeLessThan(copies);
    });
    child.kill('SIGKILL');
    expect(await ended).toEqual([null, 'SIGKILL']);
    const left = await countRecords();
    expect(left).toBeGreaterThan(0);
    expect(await halfRecords(store)).toBe(0);

    const { stdout } = await promisify(execFile)(process.execPath, [MAIN, 'retention'], { env: environment('1d') });
    expect(stdout).toContain(`"records":${left},"events":${left * 3}`);
    expect(await countRecords()).toBe(0);
  });
});
