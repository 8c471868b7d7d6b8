import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type StoreDoor, createStoreDoor } from '../../src/gateway/store-door.ts';
import { StoreTimeout, StoreUnavailable } from '../../src/store/index.ts';

const MAX_STORING = 128;
const MAX_QUEUED = 4_096;

let door: StoreDoor;
let entered: number;
let ends: PromiseWithResolvers<string>[];

beforeEach(() => {
  vi.useFakeTimers();
  door = createStoreDoor();
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
    const away = new StoreUnavailable(new Error('ECONNREFUSED'));
    ends[0]?.reject(away);
    await expect(first).rejects.toBe(away);
    for (const waiting of others.slice(-2)) await expect(waiting).rejects.toBe(away);
    void store(1);
    expect(entered).toBe(MAX_STORING + 1);
  });

  it('go on waiting where another was only slow', async () => {
    const [first] = store(MAX_STORING + 1);
    ends[0]?.reject(new StoreTimeout(new Error('canceled')));
    await expect(first).rejects.toBeInstanceOf(StoreTimeout);
    expect(entered).toBe(MAX_STORING + 1);
  });
});
