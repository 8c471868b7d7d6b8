import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createGate } from '../../src/kafka/commands/gate.ts';
import { createLanes } from '../../src/kafka/commands/lanes.ts';

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('lanes', () => {
  it('do what has the same key in its order and never at once, whatever takes how long', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.integer({ min: 0, max: 3 })), { maxLength: 30 }),
        async (work) => {
          const lanes = createLanes();
          const begun: Record<string, number[]> = { a: [], b: [], c: [] };
          const running = new Set<string>();
          let together = false;
          let left = work.length;
          for (const [index, [key, steps]] of work.entries()) {
            lanes.queue(key, async () => {
              together ||= running.has(key);
              running.add(key);
              begun[key]?.push(index);
              for (let step = 0; step < steps; step += 1) await Promise.resolve();
              running.delete(key);
              left -= 1;
            });
          }
          while (left > 0) await settle();
          expect(together).toBe(false);
          for (const [key, order] of Object.entries(begun)) {
            expect(order).toEqual(work.flatMap(([of], index) => (of === key ? [index] : [])));
          }
        },
      ),
      { numRuns: 50 },
    );
  });

  it('do not wait for each other', async () => {
    const lanes = createLanes();
    const did: string[] = [];
    lanes.queue('slow', () => new Promise(() => undefined));
    lanes.queue('quick', () => Promise.resolve().then(() => void did.push('quick')));
    await settle();
    expect(did).toEqual(['quick']);
  });
});

describe('a gate', () => {
  it('lets so many in at once, and the others in the order of their coming', async () => {
    const gate = createGate(2);
    const leave: (() => void)[] = [];
    const entered: number[] = [];
    for (const index of [1, 2, 3, 4]) {
      void gate.pass(() => {
        entered.push(index);
        return new Promise<void>((resolve) => leave.push(resolve));
      });
    }
    expect(entered).toEqual([1, 2]);
    leave[1]?.();
    await settle();
    expect([entered, gate.inside()]).toEqual([[1, 2, 3], 2]);
    leave[0]?.();
    await settle();
    const empty = gate.empty();
    leave[2]?.();
    leave[3]?.();
    await empty;
    expect([entered, gate.inside()]).toEqual([[1, 2, 3, 4], 0]);
  });

  it('is left by who fails', async () => {
    const gate = createGate(1);
    await expect(gate.pass(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(gate.inside()).toBe(0);
  });
});
