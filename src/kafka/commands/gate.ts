/** Lets only so many do something at once; the others wait in the order of their coming. */
export interface Gate {
  pass<Result>(work: () => Promise<Result>): Promise<Result>;
  /** How many are inside. */
  inside(): number;
  /** Resolves when nobody is inside. */
  empty(): Promise<void>;
}

export function createGate(most: number): Gate {
  const waiting: (() => void)[] = [];
  let watching: (() => void)[] = [];
  let inside = 0;
  return {
    async pass(work) {
      // Who leaves hands the place over, so that nobody slips in between.
      if (inside >= most) await new Promise<void>((resolve) => waiting.push(resolve));
      else inside += 1;
      try {
        return await work();
      } finally {
        const next = waiting.shift();
        if (next === undefined) inside -= 1;
        else next();
        if (inside === 0) {
          for (const tell of watching) tell();
          watching = [];
        }
      }
    },
    inside: () => inside,
    async empty() {
      if (inside > 0) await new Promise<void>((resolve) => watching.push(resolve));
    },
  };
}
