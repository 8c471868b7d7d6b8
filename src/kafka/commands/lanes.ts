/** Work in lanes: what has the same key one after the other, in the order of its coming; the rest at once. */
export interface Lanes {
  /** Does `work` when everything before it in the lane of `key` is over. `work` must not throw. */
  queue(key: string, work: () => Promise<void>): void;
}

export function createLanes(): Lanes {
  const last = new Map<string, Promise<void>>();
  return {
    queue(key, work) {
      const mine = (last.get(key) ?? Promise.resolve()).then(work).then(() => {
        if (last.get(key) === mine) last.delete(key);
      });
      last.set(key, mine);
    },
  };
}
