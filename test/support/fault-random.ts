/** Chance that can be repeated: the same seed gives the same choices. */
export interface Random {
  /** From `min` to `max`; `max` is left out. */
  between(min: number, max: number): number;
  /** A whole number from `min` to `max`, both included. */
  whole(min: number, max: number): number;
  /** True with this probability. */
  chance(probability: number): boolean;
  pick<const Item>(items: readonly [Item, ...Item[]]): Item;
  /** Chance of its own for somebody who works beside others. */
  fork(): Random;
}

/** Chance from a whole number, by mulberry32 (public domain, Tommy Ettinger). */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const whole = (min: number, max: number): number => min + Math.floor(next() * (max - min + 1));
  return {
    between: (min, max) => min + next() * (max - min),
    whole,
    chance: (probability) => next() < probability,
    pick: (items) => items[whole(0, items.length - 1)] ?? items[0],
    fork: () => createRandom(whole(0, 2 ** 32 - 1)),
  };
}

/** The seed of this run: that of an earlier one where the environment names it, so that it can be repeated. */
export function chooseSeed(): number {
  const wanted = Number(process.env['FAULTS_SEED'] ?? Number.NaN);
  return Number.isSafeInteger(wanted) ? wanted : Date.now() % 1_000_000_000;
}
