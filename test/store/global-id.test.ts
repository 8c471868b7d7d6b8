import { describe, expect, it } from 'vitest';
import { createGlobalIds } from '../../src/store/index.ts';

const NOW = 1_756_700_000_000;
const MACHINE = 524_288;

describe('a global id', () => {
  it('has the time, the machine and the sequence in radix 62', () => {
    const ids = createGlobalIds(
      () => MACHINE,
      () => NOW,
    );
    expect([ids.next(), ids.next()]).toEqual(['0UvW2Apk2COG001', '0UvW2Apk2COG002']);
  });

  it('leaves its time behind', () => {
    const ids = createGlobalIds(
      () => MACHINE,
      () => NOW,
    );
    expect(ids.lastTime()).toBe(-1);
    ids.next();
    expect(ids.lastTime()).toBe(NOW);
  });

  it('is the next one in the order of text, whatever the clock does', () => {
    let now = NOW;
    const ids = createGlobalIds(
      () => MACHINE,
      () => now,
    );
    const made = Array.from({ length: 200_000 }, (_, index) => {
      if (index % 1_000 === 0) now += index % 3_000 === 0 ? 1 : -5;
      return ids.next();
    });
    expect(new Set(made).size).toBe(made.length);
    const inOrder = made.map((id) => id.slice(0, 8));
    expect(inOrder).toEqual([...inOrder].sort());
  });

  it('is not made without a machine id', () => {
    const ids = createGlobalIds(() => {
      throw new Error('lost');
    });
    expect(() => ids.next()).toThrow('lost');
  });
});
