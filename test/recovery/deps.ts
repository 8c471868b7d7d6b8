import type { Leadership } from '../../src/store/index.ts';
import { TemporalUnavailable } from '../../src/temporal/errors.ts';
import type { Executions } from '../../src/temporal/index.ts';

/** A process that leads for ever. */
export const LEADING: Leadership = {
  isLeader: () => true,
  session: () => null,
  resign: () => undefined,
  stop: () => Promise.resolve(),
};

/** Temporal, as a process reaches it: nothing runs yet, and whatever is asked for is done. */
export const REACHED: Executions = {
  start: () => Promise.resolve('started'),
  signal: () => Promise.resolve(true),
  signalWithStart: () => Promise.resolve(),
  sync: () => Promise.resolve(true),
  running: () => Promise.resolve({ ids: [], next: null }),
  backlogAge: () => Promise.resolve(0),
  unavailable: (error) => (error instanceof TemporalUnavailable ? { maybeSent: error.maybeSent } : null),
};
