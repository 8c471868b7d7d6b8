/** Those who wait for their turn: first come, first served, each for as long as it likes. */
export interface Turns {
  /** Resolves once it is its turn, when `enter` was called; rejects with what `late` makes when `patience` milliseconds are over. */
  wait(patience: number, late: () => Error, enter: () => void): Promise<void>;
  /** Lets the next one enter, at once; false: nobody waits. */
  next(): boolean;
  /** Ends every wait with this error. */
  end(error: Error): void;
  /** How many wait. */
  waiting(): number;
}

interface Waiting {
  enter(): void;
  giveUp(error: Error): void;
}

export function createTurns(): Turns {
  const queue: Waiting[] = [];
  return {
    wait: (patience, late, enter) =>
      new Promise((resolve, reject) => {
        const waiting: Waiting = {
          enter() {
            clearTimeout(timer);
            enter();
            resolve();
          },
          giveUp(error) {
            clearTimeout(timer);
            reject(error);
          },
        };
        const timer = setTimeout(() => {
          queue.splice(queue.indexOf(waiting), 1);
          reject(late());
        }, patience);
        queue.push(waiting);
      }),
    next() {
      const next = queue.shift();
      next?.enter();
      return next !== undefined;
    },
    end(error) {
      for (const waiting of queue.splice(0)) waiting.giveUp(error);
    },
    waiting: () => queue.length,
  };
}
