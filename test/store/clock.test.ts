import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { type Clock, type Pool, StoreUnavailable, openClock } from '../../src/store/index.ts';
import { SILENT, type TestStore, openStore } from '../support/store.ts';

/** Milliseconds between two looks at Postgres. */
const INTERVAL = 10_000;

let store: TestStore;
let clock: Clock;
beforeAll(async () => {
  store = await openStore();
});
afterAll(() => store.close());
afterEach(() => {
  clock.stop();
  vi.useRealTimers();
});

it('says what Postgres says, whatever the clock of the machine is set to', async () => {
  clock = await openClock(store.queries, SILENT);
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 3_600_000 });
  const before = clock.now();
  const [row] = await store.sql<{ now: number }>(
    'select (extract(epoch from clock_timestamp()) * 1000)::float8 as now',
  );
  const after = clock.now();
  // What lies between question and answer is not known.
  const tolerance = after - before + 500;
  expect(Math.abs(before - Number(row?.now))).toBeLessThan(tolerance);
});

/**
 * A Postgres whose answers take so many milliseconds each, as long on the way back where nothing else is said, and whose
 * clock is ahead by `ahead`.
 */
function slowPool(delays: number[], ahead: () => number, back?: number): Pool {
  const query = async () => {
    const delay = delays.shift() ?? 0;
    await vi.advanceTimersByTimeAsync(delay);
    const now = Date.now() + ahead();
    await vi.advanceTimersByTimeAsync(back ?? delay);
    return [{ now }];
  };
  return { ...store.queries, query: query as unknown as Pool['query'] };
}

it('is not led astray by a slow answer, and follows where Postgres was set', async () => {
  vi.useFakeTimers();
  let ahead = 60_000;
  const lopsided = async () => {
    await vi.advanceTimersByTimeAsync(INTERVAL);
    await vi.advanceTimersByTimeAsync(0);
  };
  clock = await openClock(
    slowPool([1, 3_000, 1], () => ahead),
    SILENT,
  );
  expect(clock.now() - Date.now()).toBeCloseTo(60_000, -1);
  await lopsided();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(clock.now() - Date.now()).toBeCloseTo(60_000, -1);
  ahead = -60_000;
  await vi.advanceTimersByTimeAsync(2 * INTERVAL);
  expect(clock.now() - Date.now()).toBeCloseTo(-60_000, -1);
});

it('stands still instead of going back where it was only measured badly before', async () => {
  vi.useFakeTimers();
  // On the way there for all of its time, which cannot be known: the clock is taken to be 400 ms ahead of itself.
  clock = await openClock(
    slowPool([800], () => 0, 0),
    SILENT,
  );
  const before = clock.now();
  expect(before - Date.now()).toBe(400);
  await vi.advanceTimersByTimeAsync(INTERVAL - 1);
  const last = clock.now();
  await vi.advanceTimersByTimeAsync(1);
  // Answered by now.
  await vi.advanceTimersByTimeAsync(100);
  expect(clock.now()).toBe(last);
  await vi.advanceTimersByTimeAsync(INTERVAL / 2);
  expect(clock.now() - Date.now()).toBeCloseTo(0, -1);
});

it('goes on where Postgres does not answer, and does not ask again before it has', async () => {
  vi.useFakeTimers();
  const query = vi
    .fn<() => Promise<{ now: number }[]>>()
    .mockResolvedValueOnce([{ now: Date.now() + 60_000 }])
    .mockRejectedValueOnce(new StoreUnavailable('away'))
    .mockReturnValue(new Promise(() => undefined));
  clock = await openClock({ ...store.queries, query: query as unknown as Pool['query'] }, SILENT);
  await vi.advanceTimersByTimeAsync(10 * INTERVAL);
  expect(query).toHaveBeenCalledTimes(3);
  expect(clock.now() - Date.now()).toBeCloseTo(60_000, -1);
});
