import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Slots, createSlots } from '../../src/gateway/slots.ts';

const MAX_IN_FLIGHT = 32;
const MAX_QUEUED = 256;

let slots: Slots;
let taken: string[];

beforeEach(() => {
  slots = createSlots();
  taken = [];
});
afterEach(() => {
  vi.useRealTimers();
});

/** Asks for slots for commands that are called `<id>-<number>`; they are noted as they are taken. */
function take(id: string, count: number): Promise<unknown>[] {
  const first = taken.length;
  return Array.from({ length: count }, (_, index) => {
    const commandId = `${id}-${first + index + 1}`;
    return slots.take(id, commandId, 60_000).then(() => taken.push(commandId));
  });
}

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('the commands on their way to one record', () => {
  it('are so many at most; the others wait in their order for one to be decided', async () => {
    void take('a', MAX_IN_FLIGHT + 2);
    await settle();
    expect(taken).toHaveLength(MAX_IN_FLIGHT);
    slots.free('a-1');
    await settle();
    expect(taken.at(-1)).toBe(`a-${MAX_IN_FLIGHT + 1}`);
    slots.free('a-1');
    await settle();
    expect(taken).toHaveLength(MAX_IN_FLIGHT + 1);
    slots.free('a-2');
    await settle();
    expect(taken.at(-1)).toBe(`a-${MAX_IN_FLIGHT + 2}`);
  });

  it('are turned away where too many wait already', async () => {
    const asked = take('a', MAX_IN_FLIGHT + MAX_QUEUED + 1);
    await expect(asked.at(-1)).rejects.toMatchObject({ code: 'TooManyRequests', retryAfter: 1 });
    await settle();
    expect(taken).toHaveLength(MAX_IN_FLIGHT);
  });

  it('leave the queue when their caller would not wait any longer', async () => {
    vi.useFakeTimers();
    void take('a', MAX_IN_FLIGHT);
    const impatient = expect(slots.take('a', 'impatient', 500)).rejects.toMatchObject({ code: 'TooManyRequests' });
    await vi.advanceTimersByTimeAsync(501);
    await impatient;
    void take('a', 1);
    slots.free('a-1');
    await vi.advanceTimersByTimeAsync(0);
    expect(taken.at(-1)).toBe(`a-${MAX_IN_FLIGHT + 1}`);
  });

  it('do not stand in the way of those to another', async () => {
    void take('a', MAX_IN_FLIGHT + 1);
    await settle();
    await Promise.all(take('b', MAX_IN_FLIGHT));
    expect(taken).toHaveLength(2 * MAX_IN_FLIGHT);
  });

  it('whose decision nobody hears of keep their slot for half a minute', async () => {
    vi.useFakeTimers();
    void take('a', MAX_IN_FLIGHT + 1);
    await vi.advanceTimersByTimeAsync(29_000);
    expect(taken).toHaveLength(MAX_IN_FLIGHT);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(taken).toHaveLength(MAX_IN_FLIGHT + 1);
  });
});
