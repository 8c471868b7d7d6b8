import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type StoreDoor, createStoreDoor } from '../../src/gateway/store-door.ts';
import { StoreTimeout, StoreUnavailable } from '../../src/store/index.ts';

const MAX_STORING = 128;
const MAX_QUEUED = 4_096;

const BROKEN = new StoreUnavailable(new Error('ECONNRESET'));

let door: StoreDoor;
let entered: number;
let ends: PromiseWithResolvers<string>[];
/** The looks whether Postgres can be reached. */
let looks: PromiseWithResolvers<boolean>[];

beforeEach(() => {
  vi.useFakeTimers();
  looks = [];
  door = createStoreDoor(() => {
    const look = Promise.withResolvers<boolean>();
    looks.push(look);
    return look.promise;
  });
  entered = 0;
  ends = [];
});
afterEach(() => {
  vi.useRealTimers();
});

/** So many creates at once, each of which is stored until its end is told. */
const store = (count: number, patience = 60_000): Promise<string>[] =>
  Array.from({ length: count }, () =>
    door.pass(patience, () => {
      entered += 1;
      const end = Promise.withResolvers<string>();
      ends.push(end);
      return end.promise;
    }),
  );

const settle = (): Promise<unknown> => vi.advanceTimersByTimeAsync(0);

describe('creates that are stored', () => {
  it('are so many at a time, however long the others wait', async () => {
    const all = store(MAX_STORING + 1);
    await vi.advanceTimersByTimeAsync(50_000);
    expect(entered).toBe(MAX_STORING);
    ends[3]?.resolve('stored');
    await settle();
    expect([await all[3], entered]).toEqual(['stored', MAX_STORING + 1]);
  });

  it('are told that there are too many when their turn does not come in time', async () => {
    void store(MAX_STORING);
    const [impatient] = store(1, 500);
    const refused = expect(impatient).rejects.toMatchObject({ code: 'TooManyRequests', retryAfter: 1 });
    await vi.advanceTimersByTimeAsync(500);
    await refused;
    void store(1);
    ends[0]?.resolve('stored');
    await settle();
    expect(entered).toBe(MAX_STORING + 1);
  });

  it('are told at once where too many wait already', async () => {
    const last = store(MAX_STORING + MAX_QUEUED + 1).at(-1);
    await expect(last).rejects.toMatchObject({ code: 'TooManyRequests' });
  });

  it('do not wait to find out what another has found: that Postgres is away', async () => {
    const [first, ...others] = store(MAX_STORING + 2);
    ends[0]?.reject(BROKEN);
    await settle();
    looks[0]?.resolve(false);
    await expect(first).rejects.toBe(BROKEN);
    for (const waiting of others.slice(-2)) await expect(waiting).rejects.toBe(BROKEN);
    void store(1);
    expect(entered).toBe(MAX_STORING + 1);
  });

  it('are stored once more where only their own connection broke, and the others go on waiting', async () => {
    const all = store(MAX_STORING + 1);
    for (const index of [0, 1, 2]) ends[index]?.reject(BROKEN);
    await settle();
    expect([looks.length, entered]).toEqual([1, MAX_STORING]);
    looks[0]?.resolve(true);
    await settle();
    expect(entered).toBe(MAX_STORING + 3);
    for (const end of ends.slice(-3)) end.resolve('stored');
    expect(await Promise.all(all.slice(0, 3))).toEqual(['stored', 'stored', 'stored']);
    await settle();
    expect(entered).toBe(MAX_STORING + 4);
    ends.at(-1)?.resolve('stored');
    expect(await all.at(-1)).toBe('stored');
  });

  it('are not tried for ever where Postgres is there and does not store them', async () => {
    const [first, ...others] = store(MAX_STORING + 1);
    ends[0]?.reject(BROKEN);
    await settle();
    looks[0]?.resolve(true);
    await settle();
    const again = new StoreUnavailable(new Error('it is read-only'));
    ends.at(-1)?.reject(again);
    await expect(first).rejects.toBe(again);
    ends.at(-1)?.resolve('stored');
    expect(await others.at(-1)).toBe('stored');
  });

  it('go on waiting where another was only slow', async () => {
    const [first] = store(MAX_STORING + 1);
    ends[0]?.reject(new StoreTimeout(new Error('canceled')));
    await expect(first).rejects.toBeInstanceOf(StoreTimeout);
    expect([looks.length, entered]).toEqual([0, MAX_STORING + 1]);
  });
});
