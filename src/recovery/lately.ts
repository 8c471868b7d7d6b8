/** Ids for which something was done lately. */
export interface Lately {
  add(id: string): void;
  has(id: string): boolean;
  ids(): string[];
}

/** Ids are forgotten after so many milliseconds. */
export function createLately(duration: number): Lately {
  /** The oldest first. */
  const added = new Map<string, number>();
  const forget = (): void => {
    const now = performance.now();
    for (const [id, at] of added) {
      if (now - at <= duration) return;
      added.delete(id);
    }
  };
  return {
    add(id) {
      forget();
      added.delete(id);
      added.set(id, performance.now());
    },
    has(id) {
      forget();
      return added.has(id);
    },
    ids() {
      forget();
      return [...added.keys()];
    },
  };
}
