import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { CommandResult, WaitPlan } from '../../src/gateway/index.ts';
import { type Waiter, type Waiters, createWaiters } from '../../src/gateway/waiters.ts';
import { COMMAND, signal, waitFor } from './given.ts';

const NEVER = new AbortController().signal;

let waiters: Waiters;

beforeEach(() => {
  waiters = createWaiters(2);
});
afterEach(() => {
  vi.useRealTimers();
});

const open = (plan: WaitPlan, commandId = COMMAND.commandId): Waiter =>
  waiters.open({ ...COMMAND, commandId }, plan, NEVER);

async function stagesOf(waiter: Waiter): Promise<string[]> {
  const results: CommandResult[] = [];
  for await (const result of waiter.results()) results.push(result);
  return results.map(({ stage }) => stage);
}

describe('a waiter', () => {
  it('gets what has come before it asked, and what comes later', async () => {
    const waiter = open(waitFor('SNAPSHOT'));
    waiters.receive(signal('PROCESSED'));
    const stages = stagesOf(waiter);
    waiters.receive(signal('SNAPSHOT'));
    expect(await stages).toEqual(['PROCESSED', 'SNAPSHOT']);
  });

  it('is not told twice of PROCESSED, which may also have been looked up', async () => {
    const waiter = open(waitFor('SNAPSHOT'));
    for (const stage of ['PROCESSED', 'PROCESSED', 'SNAPSHOT'] as const) waiters.receive(signal(stage));
    expect(await stagesOf(waiter)).toEqual(['PROCESSED', 'SNAPSHOT']);
  });

  it('gives up when its time is over, counted from when it began', async () => {
    vi.useFakeTimers();
    const waiter = open(waitFor('PROCESSED', { timeout: 1_000 }));
    await vi.advanceTimersByTimeAsync(900);
    const stages = stagesOf(waiter);
    const refused = expect(stages).rejects.toMatchObject({ code: 'RequestTimeout' });
    await vi.advanceTimersByTimeAsync(200);
    await refused;
  });

  it('is one of so many at most, until one of them has ended', () => {
    const first = open(waitFor('PROCESSED'), 'first');
    open(waitFor('PROCESSED'), 'second');
    expect(() => open(waitFor('PROCESSED'), 'third')).toThrow(/^2 callers are waiting/);
    first.close();
    expect(waiters.waiting()).toBe(1);
    open(waitFor('PROCESSED'), 'third');
  });

  it('is told when the process stops, and that its command may have been carried out', async () => {
    const stages = stagesOf(open(waitFor('PROCESSED')));
    waiters.stop();
    await expect(stages).rejects.toMatchObject({
      code: 'ServiceUnavailable',
      message: expect.stringContaining('is not known: repeat it') as string,
      details: { commandId: COMMAND.commandId, requestId: COMMAND.requestId, aggregateId: COMMAND.aggregateId },
    });
  });

  it('is told when the process stops that its command was carried out, where that is known', async () => {
    const stages = stagesOf(open(waitFor('SNAPSHOT')));
    waiters.receive(signal('PROCESSED'));
    waiters.stop();
    await expect(stages).rejects.toMatchObject({ message: expect.stringContaining('was carried out') as string });
  });
});

describe('an answer that may be lost', () => {
  it('is looked for after a second, then every two', async () => {
    vi.useFakeTimers();
    open(waitFor('PROCESSED'));
    const lookedForAt: number[] = [];
    for (let time = 0; time <= 5_500; time += 500) {
      if (waiters.overdue().length > 0) lookedForAt.push(time);
      await vi.advanceTimersByTimeAsync(500);
    }
    expect(lookedForAt).toEqual([1_000, 3_000, 5_000]);
  });

  it.each([
    ['PROCESSED', []],
    ['SNAPSHOT', ['command']],
    // What other processes do is not written down here.
    ['EVENT_HANDLED', []],
  ] as const)('is looked for behind PROCESSED where %s is waited for: %o', async (stage, lookedFor) => {
    vi.useFakeTimers();
    open(waitFor(stage));
    waiters.receive(signal('PROCESSED'));
    await vi.advanceTimersByTimeAsync(1_000);
    expect(waiters.overdue().map(({ commandId }) => commandId)).toEqual(lookedFor);
  });
});
