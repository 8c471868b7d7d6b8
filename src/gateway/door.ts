import { createTurns } from './turns.ts';

/** A door that so many pass at a time; the others wait before it. */
export interface Door {
  /**
   * Does `work` when it is its turn.
   * @throws what `late` makes where that does not come within `patience` milliseconds, or too many wait already
   */
  pass<Result>(patience: number, late: () => Error, work: () => Promise<Result>): Promise<Result>;
  /** Ends every wait before it with this error. */
  end(error: Error): void;
}

/** `maxInside` pass it at a time, and `maxQueued` may wait. */
export function createDoor(maxInside: number, maxQueued: number): Door {
  const turns = createTurns();
  let inside = 0;
  const enter = (): void => {
    inside += 1;
  };
  return {
    async pass(patience, late, work) {
      if (inside < maxInside) enter();
      else if (turns.waiting() >= maxQueued) throw late();
      else await turns.wait(patience, late, enter);
      try {
        return await work();
      } finally {
        inside -= 1;
        turns.next();
      }
    },
    end(error) {
      turns.end(error);
    },
  };
}
