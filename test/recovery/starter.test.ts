import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { runStarter } from '../../src/recovery/index.ts';
import { TemporalUnavailable } from '../../src/temporal/errors.ts';
import type { Executions } from '../../src/temporal/index.ts';
import { create, handlerOn, signal } from '../command-handler/handling.ts';
import { SILENT, type TestStore, openStore } from '../support/store.ts';

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
async function overdueRecords(count: number): Promise<string[]> {
  const retrySpec = { maxRetries: 1, minBackoff: 1, executionTimeout: 1 };
  await handlerOn(store).handle('record-0', [create(0, { retrySpec, recoverable: 'UNKNOWN' })], EPOCH);
  await store.sql(
    `insert into redress.snapshot (document, deadline, engaged)
     select jsonb_set(document, '{aggregateId}', to_jsonb('record-' || number)), deadline + number, engaged
     from redress.snapshot, generate_series(1, $1::int - 1) number`,
    [count],
  );
  return Array.from({ length: count }, (_, index) => `record-${index}`);
}

/** Runs the starter with a Temporal in which every record has a workflow; what is synced is written down. */
function start(but: Partial<Executions> = {}, isStorm = (): boolean => false): Set<string> {
  const synced = new Set<string>();
  const executions: Executions = {
    start: () => Promise.resolve('running'),
    signal: () => Promise.resolve(true),
    signalWithStart: () => Promise.resolve(),
    sync(id) {
      synced.add(id);
      return Promise.resolve(true);
    },
    backlogAge: () => Promise.resolve(0),
    unavailable: (error) => (error instanceof TemporalUnavailable ? { maybeSent: error.maybeSent } : null),
    ...but,
  };
  const leadership = { isLeader: () => true, session: () => null, stop: () => Promise.resolve() };
  const starter = runStarter({
    pool: store.commands,
    executions,
    leadership,
    epoch: () => EPOCH,
    isStorm,
    autoRetry: true,
    now: Date.now,
    log: SILENT,
  });
  stop = () => starter.stop();
  return synced;
}

/** Lets the clock go on until it is time for the next look. */
const toNextLook = (): void => void vi.advanceTimersByTime(11_000);

it('looks after every overdue record again soon where Temporal did not answer', async () => {
  const ids = await overdueRecords(20);
  let failures = 0;
  const synced = start({
    start() {
      if (failures > 0) return Promise.resolve('running');
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

it('starts only what is due soon while a storm lasts, and the rest when it is over', async () => {
  await unengaged('soon', 9);
  await unengaged('later', 11);
  await unengaged('dead', null);
  let isStorm = true;
  start({ start: () => Promise.resolve('started') }, () => isStorm);
  await vi.waitFor(async () => {
    expect((await store.record('soon')).engaged).toBe(EPOCH);
  }, 5_000);
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  expect([(await store.record('later')).engaged, (await store.record('dead')).engaged]).toEqual([0, 0]);
  isStorm = false;
  await vi.waitFor(async () => {
    expect([(await store.record('later')).engaged, (await store.record('dead')).engaged]).toEqual([EPOCH, EPOCH]);
  }, 5_000);
});
