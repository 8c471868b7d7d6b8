import { describe, expect, it } from 'vitest';
import { type Pace, createPace } from '../../src/recovery/pace.ts';

/** Starts after which the pace is looked at anew. */
const WINDOW = 20;

/** Starts of records that are not due yet, as many at a time as there may be; `took` says how long each takes then. */
function start(pace: Pace, took: (inFlight: number) => number, count = 10_000): Set<number> {
  const seen = new Set<number>();
  for (let index = 0; index < count; index += 1) {
    const inFlight = pace.inFlight(false);
    seen.add(inFlight);
    pace.started(took(inFlight), false);
  }
  return seen;
}

/** As many starts of records that are due. */
function startDue(pace: Pace, took: number, windows = 1): void {
  for (let index = 0; index < windows * WINDOW; index += 1) pace.started(took, true);
}

/** A Temporal with one processor: whoever starts twice as much waits twice as long. */
const small = (inFlight: number): number => 5 + 13 * inFlight;
/** One that has enough of them, however far away it is. */
const large = (milliseconds: number) => (): number => milliseconds;

/** A pace that has come to as many starts as there may be. */
function atFullPace(): Pace {
  const pace = createPace();
  start(pace, large(20), 10 + 20 * WINDOW);
  expect(pace.inFlight(false)).toBe(16);
  return pace;
}

describe('starts in flight of records that are not due', () => {
  it('are as many as Temporal carries out without delay, where it is small', () => {
    const pace = createPace();
    start(pace, small, 1_000);
    const settled = start(pace, small);
    // One at a time is how it is seen whether Temporal has become faster.
    settled.delete(1);
    expect(Math.min(...settled)).toBe(2);
    expect(Math.max(...settled)).toBe(3);
  });

  it('are not misled by the first starts, which are slow because nothing is warm yet', () => {
    const pace = createPace();
    start(pace, large(300), 5);
    expect(Math.max(...start(pace, small))).toBeLessThanOrEqual(3);
  });

  it('grow to sixteen where it is large, and where it is far away', () => {
    for (const took of [10, 200, 450]) {
      const pace = createPace();
      start(pace, large(took), 400);
      expect(pace.inFlight(false)).toBe(16);
    }
  });

  it('do not become fewer because of a few fast ones among those that other load makes slow', () => {
    const pace = createPace();
    let turn = 0;
    const loaded = (): number => ((turn += 1) % 10 === 0 ? 15 : 80);
    start(pace, loaded, 400);
    for (let index = 0; index < 100; index += 1) {
      start(pace, loaded, 100);
      // Unless it is looked at right now how long one takes that is alone.
      if (pace.inFlight(false) > 1) expect(pace.inFlight(false)).toBe(16);
    }
  });

  it('follow a Temporal that becomes slower and faster', () => {
    const pace = atFullPace();
    start(pace, small, 3_000);
    expect(Math.max(...start(pace, small))).toBeLessThanOrEqual(3);
    expect(Math.max(...start(pace, large(100)))).toBe(16);
    start(pace, small, 3_000);
    expect(Math.max(...start(pace, small))).toBeLessThanOrEqual(3);
  });

  it('are halved when they take more than half a second, or when workflow tasks wait for more than ten', () => {
    const pace = atFullPace();
    start(pace, large(600), WINDOW);
    expect(pace.inFlight(false)).toBe(8);
    pace.backlog(10_000);
    expect(pace.inFlight(false)).toBe(8);
    pace.backlog(10_001);
    expect(pace.inFlight(false)).toBe(4);
  });
});

describe('starts in flight of records that are due', () => {
  it('are sixteen, however long the others have to wait for each other', () => {
    const pace = createPace();
    start(pace, small);
    startDue(pace, 210, 50);
    expect(pace.inFlight(true)).toBe(16);
    expect(pace.inFlight(false)).toBeLessThanOrEqual(3);
  });

  it('are halved when they take more than half a second or workflow tasks wait, and grow again', () => {
    const pace = createPace();
    startDue(pace, 600);
    expect(pace.inFlight(true)).toBe(8);
    pace.backlog(10_001);
    expect(pace.inFlight(true)).toBe(4);
    startDue(pace, 300, 12);
    expect(pace.inFlight(true)).toBe(16);
  });

  it('are as many as give them five a second, however slow they are', () => {
    const pace = createPace();
    startDue(pace, 2_000, 5);
    expect(pace.inFlight(false)).toBe(1);
    expect(pace.inFlight(true)).toBe(10);
    startDue(pace, 60_000);
    expect(pace.inFlight(true)).toBe(16);
  });
});

it('halves both when Temporal does not answer', () => {
  const pace = atFullPace();
  pace.unanswered();
  expect([pace.inFlight(true), pace.inFlight(false)]).toEqual([8, 8]);
  pace.unanswered();
  expect([pace.inFlight(true), pace.inFlight(false)]).toEqual([4, 4]);
});
