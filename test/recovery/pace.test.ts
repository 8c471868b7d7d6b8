import { describe, expect, it } from 'vitest';
import { type Pace, createPace } from '../../src/recovery/pace.ts';

/** Starts after which the pace is looked at anew. */
const WINDOW = 20;

function start(pace: Pace, took: number, windows = 1): void {
  for (let index = 0; index < windows * WINDOW; index += 1) pace.started(took);
}

/** A pace that has come to as many starts as there may be. */
function atFullPace(took = 20): Pace {
  const pace = createPace();
  start(pace, took, 12);
  expect(pace.inFlight(false)).toBe(16);
  return pace;
}

describe('starts in flight', () => {
  it('are four at first, and grow to sixteen while Temporal carries them out without delay', () => {
    const pace = createPace();
    expect(pace.inFlight(false)).toBe(4);
    start(pace, 50);
    expect(pace.inFlight(false)).toBe(5);
    start(pace, 50, 20);
    expect(pace.inFlight(false)).toBe(16);
  });

  it('become fewer while they wait for each other, down to one', () => {
    const pace = atFullPace();
    start(pace, 100);
    expect(pace.inFlight(false)).toBe(15);
    start(pace, 100, 20);
    expect(pace.inFlight(false)).toBe(1);
  });

  it('grow where each takes long because Temporal is far away', () => {
    const pace = createPace();
    start(pace, 200, 20);
    expect(pace.inFlight(false)).toBe(16);
  });

  it('grow again where Temporal has become slower for good', () => {
    const pace = atFullPace();
    start(pace, 100, 20);
    expect(pace.inFlight(false)).toBe(1);
    start(pace, 100, 100);
    expect(pace.inFlight(false)).toBe(16);
  });

  it('go by the usual start and not by a few slow ones', () => {
    const pace = atFullPace();
    for (let index = 0; index < WINDOW; index += 1) pace.started(index % 4 === 0 ? 2_000 : 20);
    expect(pace.inFlight(false)).toBe(16);
  });

  it('are halved when they take more than half a second, or when workflow tasks wait for more than ten', () => {
    const pace = atFullPace();
    start(pace, 600);
    expect(pace.inFlight(false)).toBe(8);
    pace.backlog(10_000);
    expect(pace.inFlight(false)).toBe(8);
    pace.backlog(10_001);
    expect(pace.inFlight(false)).toBe(4);
  });

  it('are as many as give five starts a second to records that are due, however slow they are', () => {
    const pace = atFullPace();
    start(pace, 2_000, 5);
    expect(pace.inFlight(false)).toBe(1);
    expect(pace.inFlight(true)).toBe(10);
    start(pace, 60_000);
    expect(pace.inFlight(true)).toBe(16);
  });
});
