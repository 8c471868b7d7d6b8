const MAX_IN_FLIGHT = 16;
const FIRST_IN_FLIGHT = 2;
/** Starts that take longer than this, in milliseconds, and than so many times one that is alone, wait for each other in Temporal. */
const SLOW_START = 40;
const SLOW_FACTOR = 1.5;
/** A start that takes longer than this, in milliseconds, means that Temporal has far too much to do. */
const LATE_START = 500;
/** A workflow task that has waited longer than this, in milliseconds, means that the workers have. */
const OLD_BACKLOG = 10_000;
/** Starts per second that records which are due get in any case. */
const MIN_RATE = 5;
/** Of so many starts the one in the middle is looked at; of so many where they are alone. */
const WINDOW = 20;
const ALONE = 5;
/** Looks after which starts are alone again: Temporal may have become faster or slower. */
const ALONE_INTERVAL = 50;

/**
 * How many starts may be in flight. For records that are due: as many as Temporal bears. For the others, where more would
 * hardly be sooner and commands would wait behind them: as many as Temporal carries out without delay.
 */
export interface Pace {
  /** `isDue`: whether the next record is due or overdue, so that it may not wait for quieter times. */
  inFlight(isDue: boolean): number;
  /** A start took so many milliseconds. */
  started(took: number, isDue: boolean): void;
  /** Temporal did not answer, or refused for load. */
  unanswered(): void;
  /** The oldest workflow task has waited so many milliseconds for a worker. */
  backlog(age: number): void;
}

export function createPace(): Pace {
  let most = MAX_IN_FLIGHT;
  let polite = FIRST_IN_FLIGHT;
  /** Milliseconds that a start takes among the others, and alone. */
  let usual = 0;
  let alone = 0;
  /** Looks until starts are alone again, and those that do not count then: begun before, or the very first, which are slow. */
  let looks = 0;
  let passing = ALONE;

  const halve = (): void => {
    most = bounded(most / 2);
    polite = bounded(polite / 2);
  };
  const judge = (took: number, change: number): void => {
    usual = took;
    if (took > LATE_START) {
      halve();
      return;
    }
    most = bounded(most + 1);
    polite = bounded(polite + change);
  };
  const due = gather(WINDOW, (took) => {
    judge(took, 0);
  });
  const single = gather(ALONE, (took) => {
    alone = took;
    looks = ALONE_INTERVAL;
  });
  const others = gather(WINDOW, (took) => {
    looks -= 1;
    if (looks === 0) passing = polite;
    if (polite === 1) alone = took;
    judge(took, took > Math.max(SLOW_START, alone * SLOW_FACTOR) ? -1 : 1);
  });

  return {
    inFlight(isDue) {
      if (isDue) return bounded(Math.max(most, Math.ceil((MIN_RATE * usual) / 1_000)));
      return looks === 0 ? 1 : polite;
    },
    started(took, isDue) {
      if (isDue) due(took);
      else if (looks > 0) others(took);
      else if (passing > 0) passing -= 1;
      else single(took);
    },
    unanswered: halve,
    backlog(age) {
      if (age > OLD_BACKLOG) halve();
    },
  };
}

const bounded = (wanted: number): number => Math.min(MAX_IN_FLIGHT, Math.max(1, Math.floor(wanted)));

/** Hands on what is usual among so many starts, whenever as many have come. */
function gather(size: number, look: (usual: number) => void): (took: number) => void {
  let window: number[] = [];
  return (took) => {
    window.push(took);
    if (window.length < size) return;
    const sorted = window.sort((a, b) => a - b);
    window = [];
    look(sorted[Math.floor(size / 2)] ?? 0);
  };
}
