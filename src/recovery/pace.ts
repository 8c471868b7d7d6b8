const MAX_IN_FLIGHT = 16;
const FIRST_IN_FLIGHT = 4;
/** Starts that take longer than this, in milliseconds, and than so many times the fastest, wait for each other in Temporal. */
const SLOW_START = 60;
const SLOW_FACTOR = 3;
/** A start that takes longer than this, in milliseconds, means that Temporal has far too much to do. */
const LATE_START = 500;
/** What the fastest start took grows by so much with every look: Temporal may have become slower for good. */
const FADING = 1.02;
/** A workflow task that has waited longer than this, in milliseconds, means that the workers have. */
const OLD_BACKLOG = 10_000;
/** Starts per second that records which are due get in any case. */
const MIN_RATE = 5;
/** Of so many starts the one in the middle is looked at. */
const WINDOW = 20;

/**
 * How many starts may be in flight: as many as Temporal carries out without delay. More of them would hardly be sooner, but
 * commands would wait behind them.
 */
export interface Pace {
  /** `isDue`: whether the next record is due or overdue, so that it may not wait for quieter times. */
  inFlight(isDue: boolean): number;
  /** A start took so many milliseconds. */
  started(took: number): void;
  /** The oldest workflow task has waited so many milliseconds for a worker. */
  backlog(age: number): void;
}

export function createPace(): Pace {
  let limit = FIRST_IN_FLIGHT;
  let window: number[] = [];
  let usual = 0;
  let fastest = Number.POSITIVE_INFINITY;
  const atMost = (wanted: number): void => {
    limit = Math.min(MAX_IN_FLIGHT, Math.max(1, Math.floor(wanted)));
  };
  return {
    inFlight(isDue) {
      const least = isDue ? Math.ceil((MIN_RATE * usual) / 1_000) : 1;
      return Math.min(MAX_IN_FLIGHT, Math.max(limit, least));
    },
    started(took) {
      window.push(took);
      if (window.length < WINDOW) return;
      window.sort((a, b) => a - b);
      usual = window[WINDOW / 2] ?? 0;
      fastest = Math.min(fastest * FADING, window[0] ?? 0);
      window = [];
      if (usual > LATE_START) atMost(limit / 2);
      else atMost(limit + (usual > Math.max(SLOW_START, fastest * SLOW_FACTOR) ? -1 : 1));
    },
    backlog(age) {
      if (age > OLD_BACKLOG) atMost(limit / 2);
    },
  };
}
