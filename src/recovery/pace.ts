const MAX_IN_FLIGHT = 16;
/** A start that takes longer than this, in milliseconds, means that Temporal has enough to do. */
const SLOW_START = 500;
/** A workflow task that has waited longer than this, in milliseconds, means that the workers have. */
const OLD_BACKLOG = 10_000;
/** Starts per second that records which are due get in any case. */
const MIN_RATE = 5;
/** Of so many starts the slowest but one in twenty is looked at. */
const WINDOW = 40;

/** How many starts may be in flight: as many as Temporal takes without delay. */
export interface Pace {
  /** `isDue`: whether the next record is due or overdue, so that it may not wait for quieter times. */
  inFlight(isDue: boolean): number;
  /** A start took so many milliseconds. */
  started(took: number): void;
  /** The oldest workflow task has waited so many milliseconds for a worker. */
  backlog(age: number): void;
}

export function createPace(): Pace {
  let limit = MAX_IN_FLIGHT;
  let window: number[] = [];
  let p95 = 0;
  return {
    inFlight(isDue) {
      const least = isDue ? Math.ceil((MIN_RATE * p95) / 1_000) : 1;
      return Math.min(MAX_IN_FLIGHT, Math.max(1, limit, least));
    },
    started(took) {
      window.push(took);
      if (window.length < WINDOW) return;
      p95 = window.sort((a, b) => a - b)[Math.floor(WINDOW * 0.95) - 1] ?? 0;
      window = [];
      limit = p95 > SLOW_START ? Math.max(1, Math.floor(limit / 2)) : Math.min(MAX_IN_FLIGHT, limit + 2);
    },
    backlog(age) {
      if (age > OLD_BACKLOG) limit = Math.max(1, Math.floor(limit / 2));
    },
  };
}
