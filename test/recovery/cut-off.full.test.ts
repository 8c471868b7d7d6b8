import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { runStarter } from '../../src/recovery/index.ts';
import { type Leadership, type Pools, campaign } from '../../src/store/index.ts';
import { TemporalUnavailable } from '../../src/temporal/errors.ts';
import type { Executions } from '../../src/temporal/index.ts';
import { create, handlerOn } from '../command-handler/handling.ts';
import { SILENT, type TestStore, openStore } from '../support/store.ts';
import { REACHED } from './deps.ts';

const EPOCH = 1;

let store: TestStore;
let stops: (() => Promise<void>)[];

beforeEach(async () => {
  // Only the clock: the pauses of the starter and those between two tries to lead are real.
  vi.useFakeTimers({ toFake: ['Date', 'performance'] });
  stops = [];
  store = await openStore();
  await storeWaiting('waiting');
});
afterEach(async () => {
  for (const stop of stops) await stop();
  await store.close();
  vi.useRealTimers();
});

/** A record that waits for its workflow. */
async function storeWaiting(id: string): Promise<void> {
  await handlerOn(store).handle(id, [create(Date.now(), { recoverable: 'UNKNOWN' })], 0);
}

/** Temporal, as a process has it whose way there is cut; `onCall` is told of every vain try. */
function cutOff(onCall: () => void): Executions {
  const fail = (): Promise<never> => {
    onCall();
    return Promise.reject(new TemporalUnavailable('a test', false));
  };
  return { ...REACHED, start: fail, signal: fail, signalWithStart: fail, sync: fail, backlogAge: fail };
}

function seekToLead(pools: Pools): Leadership {
  const leadership = campaign(pools, SILENT, 'starter');
  stops.push(() => leadership.stop());
  return leadership;
}

const untilItLeads = (leadership: Leadership): Promise<void> =>
  vi.waitFor(() => {
    expect(leadership.isLeader()).toBe(true);
  }, 5_000);

function start(
  pools: Pools,
  leadership: Leadership,
  executions: Executions,
  epoch = () => EPOCH,
  isAlone = false,
): void {
  const starter = runStarter({
    pool: pools.commands,
    executions,
    leadership,
    epoch,
    isAlone: () => Promise.resolve(isAlone),
    isStorm: () => false,
    pushes: () => false,
    autoRetry: true,
    now: Date.now,
    log: SILENT,
  });
  stops.push(() => starter.stop());
}

const untilEngaged = (): Promise<void> =>
  vi.waitFor(async () => {
    expect((await store.record('waiting')).engaged).toBe(EPOCH);
  }, 8_000);

/** Lets the clock go on for longer than a leader waits for Temporal. */
const outlastPatience = (): void => void vi.advanceTimersByTime(11_000);

it('leaves the starts to another process where Temporal does not answer the one that leads', async () => {
  const leader = seekToLead(store);
  await untilItLeads(leader);
  let tries = 0;
  start(
    store,
    leader,
    cutOff(() => (tries += 1)),
  );
  const other = store.open();
  start(other, seekToLead(other), REACHED);
  await vi.waitFor(() => {
    expect(tries).toBeGreaterThan(1);
  }, 5_000);
  // An outage that is over soon changes nothing.
  expect(leader.isLeader()).toBe(true);
  outlastPatience();
  await untilEngaged();
});

it('keeps them where an earlier outage was over soon', async () => {
  const leader = seekToLead(store);
  await untilItLeads(leader);
  let isCut = true;
  let tries = 0;
  const backlogAge = (): Promise<number> => {
    tries += 1;
    return isCut ? Promise.reject(new TemporalUnavailable('a test', false)) : Promise.resolve(0);
  };
  start(store, leader, { ...REACHED, backlogAge });
  await vi.waitFor(() => {
    expect(tries).toBe(1);
  }, 5_000);
  isCut = false;
  await untilEngaged();
  outlastPatience();
  isCut = true;
  tries = 0;
  await storeWaiting('another');
  await vi.waitFor(() => {
    expect(tries).toBe(2);
  }, 5_000);
  expect(leader.isLeader()).toBe(true);
});

it('leaves the starts to another process where the one that leads has never reached Temporal', async () => {
  const leader = seekToLead(store);
  await untilItLeads(leader);
  start(store, leader, REACHED, () => 0);
  const other = store.open();
  start(other, seekToLead(other), REACHED);
  outlastPatience();
  await untilEngaged();
});

it('keeps them where there is no other process, and starts them soon after Temporal came late', async () => {
  const leadership = seekToLead(store);
  await untilItLeads(leadership);
  let epoch = 0;
  start(store, leadership, REACHED, () => epoch, true);
  outlastPatience();
  await pause(2_500);
  expect(leadership.isLeader()).toBe(true);
  epoch = EPOCH;
  await untilEngaged();
});
