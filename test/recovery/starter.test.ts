import { setTimeout as delay } from 'node:timers/promises';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { runStarter } from '../../src/recovery/index.ts';
import { StoreTimeout } from '../../src/store/index.ts';
import { TemporalUnavailable } from '../../src/temporal/errors.ts';
import type { Executions } from '../../src/temporal/index.ts';
import { create, handlerOn, signal } from '../command-handler/handling.ts';
import { SILENT, type TestStore, openStore } from '../support/store.ts';
import { LEADING, REACHED } from './deps.ts';

const EPOCH = 1;
/** Records that the starter looks up at a time. */
const PAGE = 256;

let store: TestStore;
let stop: () => Promise<void>;

beforeEach(async () => {
  // Only the clock: the pauses of the starter are real.
  vi.useFakeTimers({ toFake: ['Date', 'performance'] });
  store = await openStore();
});
afterEach(async () => {
  await stop();
  await store.close();
  vi.useRealTimers();
});

/** As many records, each of which has been due for an hour or longer. */
async function overdueRecords(count: number, epoch = EPOCH): Promise<string[]> {
  const retrySpec = { maxRetries: 1, minBackoff: 1, executionTimeout: 1 };
  await handlerOn(store).handle('record-0', [create(0, { retrySpec, recoverable: 'UNKNOWN' })], epoch);
  await store.sql(
    `insert into redress.snapshot (document, deadline, engaged)
     select jsonb_set(document, '{aggregateId}', to_jsonb('record-' || number)), deadline + number, engaged
     from redress.snapshot, generate_series(1, $1::int - 1) number`,
    [count],
  );
  return Array.from({ length: count }, (_, index) => `record-${index}`);
}

/** Runs the starter with a Temporal in which every record has a workflow; what is synced is written down. */
function start(but: Partial<Executions> = {}, deps: Partial<Parameters<typeof runStarter>[0]> = {}): Set<string> {
  const synced = new Set<string>();
  const executions: Executions = {
    ...REACHED,
    start: () => Promise.resolve('running'),
    sync(id) {
      synced.add(id);
      return Promise.resolve(true);
    },
    ...but,
  };
  const starter = runStarter({
    pool: store.commands,
    executions,
    leadership: LEADING,
    epoch: () => EPOCH,
    isAlone: () => Promise.resolve(false),
    isStorm: () => false,
    pushes: () => true,
    autoRetry: true,
    now: Date.now,
    log: SILENT,
    ...deps,
  });
  stop = () => starter.stop();
  return synced;
}

/** Lets the clock go on until it is time for the next look. */
const toNextLook = (): void => void vi.advanceTimersByTime(11_000);

it('looks after every overdue record again soon where Temporal did not answer', async () => {
  const ids = await overdueRecords(20);
  let failures = 0;
  const found: string[] = [];
  const synced = start({
    start(id) {
      if (failures > 0) {
        found.push(id);
        return Promise.resolve('running');
      }
      failures += 1;
      return Promise.reject(new TemporalUnavailable('a test', false));
    },
  });
  await vi.waitFor(() => {
    expect(failures).toBe(1);
  });
  toNextLook();
  await vi.waitFor(() => {
    expect([...synced].sort()).toEqual(ids.sort());
  }, 5_000);
  // Those that went well the first time are left in peace.
  expect(found.sort()).toEqual(ids);
});

it('looks after those behind a page of records that nothing helps, each once in ten minutes', async () => {
  const ids = await overdueRecords(PAGE + 1);
  const starts: string[] = [];
  const synced = start({
    start(id) {
      starts.push(id);
      return id === 'record-3' ? Promise.reject(new Error('a defect')) : Promise.resolve('running');
    },
  });
  await vi.waitFor(() => {
    expect(starts).toHaveLength(PAGE);
  }, 5_000);
  toNextLook();
  await vi.waitFor(() => {
    expect(starts).toHaveLength(PAGE + 1);
  }, 5_000);
  expect(new Set(starts)).toEqual(new Set(ids));
  expect(synced.size).toBe(PAGE);
  vi.advanceTimersByTime(10 * 60_000);
  await vi.waitFor(() => {
    expect(starts).toHaveLength(2 * PAGE + 1);
  }, 5_000);
});

/** A record without a workflow that is due in so many seconds; null: it is a dead letter. */
async function unengaged(id: string, seconds: number | null): Promise<void> {
  const retrySpec = { maxRetries: 1, minBackoff: seconds ?? 1, executionTimeout: 1 };
  const dead = seconds === null ? [signal('mark_recoverable', { recoverable: 'UNRECOVERABLE' })] : [];
  await handlerOn(store).handle(id, [create(Date.now(), { retrySpec, recoverable: 'UNKNOWN' }), ...dead], 0);
}

it('starts what is due first before the rest, without those that cannot be started, and dead letters at last', async () => {
  await unengaged('dead', null);
  await unengaged('later', 300);
  await unengaged('defect', 100);
  await unengaged('soon', 200);
  const starts: string[] = [];
  start({
    start(id) {
      starts.push(id);
      return id === 'defect' ? Promise.reject(new Error('a defect')) : Promise.resolve('started');
    },
  });
  await vi.waitFor(async () => {
    expect((await store.record('dead')).engaged).toBe(EPOCH);
  }, 5_000);
  expect(starts).toEqual(['defect', 'soon', 'later', 'dead']);
  expect((await store.record('later')).engaged).toBe(EPOCH);
  expect((await store.record('defect')).engaged).toBe(0);
});

/** A record without a workflow whose last attempt is out for so many seconds. */
async function attempted(id: string, seconds: number): Promise<void> {
  const retrySpec = { maxRetries: 1, minBackoff: 600, executionTimeout: seconds };
  const entries = [create(Date.now(), { retrySpec, recoverable: 'UNKNOWN' }), signal('force_prepare_compensation')];
  await handlerOn(store).handle(id, entries, 0);
}

it('starts what has an attempt out before dead letters, in a storm too, and looks after those that run', async () => {
  await attempted('over', 1);
  vi.advanceTimersByTime(2_000);
  await attempted('out', 60);
  const starts: string[] = [];
  const synced = start(
    {
      start(id) {
        starts.push(id);
        return Promise.resolve('running');
      },
    },
    { isStorm: () => true },
  );
  await vi.waitFor(async () => {
    expect((await store.record('over')).engaged).toBe(EPOCH);
  }, 5_000);
  expect(starts).toEqual(['out', 'over']);
  expect([...synced]).toEqual(['out']);
});

it('starts only what is due soon while a storm lasts, and dead letters; the rest when it is over', async () => {
  await unengaged('soon', 9);
  await unengaged('later', 11);
  await unengaged('dead', null);
  let isStorm = true;
  start({ start: () => Promise.resolve('started') }, { isStorm: () => isStorm });
  await vi.waitFor(async () => {
    expect([(await store.record('soon')).engaged, (await store.record('dead')).engaged]).toEqual([EPOCH, EPOCH]);
  }, 5_000);
  await delay(1_500);
  expect((await store.record('later')).engaged).toBe(0);
  isStorm = false;
  await vi.waitFor(async () => {
    expect((await store.record('later')).engaged).toBe(EPOCH);
  }, 5_000);
});

it('starts no more than five dead letters at a time', async () => {
  const dead = Array.from({ length: 7 }, (_, index) => `dead-${index}`);
  for (const id of dead) await unengaged(id, null);
  const starts: string[] = [];
  start({
    start(id) {
      starts.push(id);
      return Promise.resolve('started');
    },
  });
  await vi.waitFor(() => {
    expect(starts).toHaveLength(5);
  }, 5_000);
  await delay(1_500);
  expect(starts).toHaveLength(5);
  toNextLook();
  await vi.waitFor(() => {
    expect(starts).toEqual(dead);
  }, 5_000);
});

it('leaves the rest of what it has found when a storm begins', async () => {
  for (let index = 0; index < 10; index += 1) await unengaged(`later-${index}`, 11);
  const starts: string[] = [];
  start(
    {
      start(id) {
        starts.push(id);
        return Promise.resolve('started');
      },
    },
    { isStorm: () => starts.length >= 3 },
  );
  await vi.waitFor(() => {
    expect(starts.length).toBeGreaterThanOrEqual(3);
  }, 5_000);
  await delay(300);
  expect(starts).toHaveLength(3);
});

it('sees a storm of other processes among whatever else they store', async () => {
  await unengaged('soon', 9);
  await unengaged('later', 11);
  const storeVersions = (count: number, version: number) =>
    store.sql(
      `insert into redress.event_stream (document, recorded_at)
       select document || jsonb_build_object('aggregateId', 'other-' || number, 'version', $2::int,
         'commandId', $2::int || '-' || number, 'requestId', $2::int || '-' || number), clock_timestamp() + interval '1 minute'
       from redress.event_stream, generate_series(1, $1::int) number where aggregate_id = 'later'`,
      [count, version],
    );
  await storeVersions(100, 1);
  await storeVersions(400, 2);
  start({ start: () => Promise.resolve('started') });
  await vi.waitFor(async () => {
    expect((await store.record('soon')).engaged).toBe(EPOCH);
  }, 5_000);
  await delay(300);
  expect((await store.record('later')).engaged).toBe(0);
});

it('has half as many starts in flight after Temporal did not answer', async () => {
  await overdueRecords(40, 0);
  const pending: ((error: Error) => void)[] = [];
  const inFlight: number[] = [];
  start({
    start: () =>
      inFlight.length < 2 ? new Promise((_resolve, reject) => pending.push(reject)) : Promise.resolve('started'),
  });
  const failAll = async (): Promise<void> => {
    await vi.waitFor(() => {
      expect(pending).not.toEqual([]);
    }, 5_000);
    await delay(100);
    inFlight.push(pending.length);
    for (const reject of pending.splice(0)) reject(new TemporalUnavailable('a test', true));
  };
  await failAll();
  await failAll();
  expect(inFlight).toEqual([16, 8]);
});

it('does not try one record after the other where none can be started', async () => {
  await overdueRecords(50, 0);
  const starts: string[] = [];
  start({
    start(id) {
      starts.push(id);
      return Promise.reject(new Error('a defect'));
    },
  });
  await delay(700);
  expect(starts.length).toBeLessThan(40);
  await vi.waitFor(() => {
    expect(new Set(starts).size).toBe(50);
  }, 10_000);
  expect(starts).toHaveLength(50);
});

it('says once why it waits, and that it goes on', async () => {
  await unengaged('waiting', 100);
  const lines: string[] = [];
  let failures = 0;
  const pool: TestStore['commands'] = {
    ...store.commands,
    query: (statement, values) =>
      statement.name === 'engagement.unengaged' && (failures += 1) <= 2
        ? Promise.reject(new StoreTimeout('a test'))
        : store.commands.query(statement, values),
  };
  const log = pino({ level: 'info' }, { write: (line) => void lines.push(line) });
  start({ start: () => Promise.resolve('started') }, { pool, log });
  await vi.waitFor(async () => {
    expect((await store.record('waiting')).engaged).toBe(EPOCH);
  }, 10_000);
  await vi.waitFor(() => {
    expect(lines.map((line) => (JSON.parse(line) as { msg: string }).msg)).toEqual([
      'the starter waits and tries again',
      'started the workflows of open records',
      'the starter goes on',
    ]);
  });
  expect(lines[0]).toContain('"reason":"Postgres does not answer (a test)."');
});
