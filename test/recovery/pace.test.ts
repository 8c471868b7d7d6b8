import { describe, expect, it } from 'vitest';
import { type Pace, createPace } from '../../src/recovery/pace.ts';

/** Starts after which the pace is looked at anew. */
const WINDOW = 40;

function start(pace: Pace, took: number, windows = 1): void {
  for (let index = 0; index < windows * WINDOW; index += 1) pace.started(took);
}

describe('starts in flight', () => {
  it('are sixteen while Temporal takes them without delay', () => {
    const pace = createPace();
    start(pace, 400);
    expect(pace.inFlight(false)).toBe(16);
  });

  it('are halved when starts are slow, down to one, and grow again when they are not', () => {
    const pace = createPace();
    start(pace, 600);
    expect(pace.inFlight(false)).toBe(8);
    start(pace, 600, 5);
    expect(pace.inFlight(false)).toBe(1);
    start(pace, 100, 3);
    expect(pace.inFlight(false)).toBe(7);
  });

  it('are halved when workflow tasks wait for more than ten seconds', () => {
    const pace = createPace();
    pace.backlog(10_000);
    expect(pace.inFlight(false)).toBe(16);
    pace.backlog(10_001);
    expect(pace.inFlight(false)).toBe(8);
  });

  it('are as many as give five starts a second to records that are due, however slow they are', () => {
    const pace = createPace();
    start(pace, 2_000, 5);
    expect(pace.inFlight(false)).toBe(1);
    expect(pace.inFlight(true)).toBe(10);
    start(pace, 60_000);
    expect(pace.inFlight(true)).toBe(16);
  });
});
