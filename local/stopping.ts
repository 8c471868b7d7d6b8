import type { SignalStep } from './processes.ts';

/** The programs that `local/` starts, in the order in which they are stopped. */
export const PROGRAMS = ['service', 'temporal', 'postgres'] as const;
export type Program = (typeof PROGRAMS)[number];

const LAST: SignalStep = ['SIGKILL', 2_000];

/**
 * How each is asked to stop. Postgres: SIGINT ends sessions and writes a checkpoint, SIGQUIT leaves the rest to the
 * recovery of the next start but still takes its own children along, which SIGKILL does not.
 */
export const STOP_STEPS: Readonly<Record<Program, readonly SignalStep[]>> = {
  // The service ends by itself within 10 s of SIGTERM.
  service: [['SIGTERM', 10_500], LAST],
  temporal: [['SIGTERM', 3_000], LAST],
  postgres: [['SIGINT', 3_000], ['SIGQUIT', 2_000], LAST],
};

/** How each is stopped by someone in a hurry. */
export const HURRY_STEPS: Readonly<Record<Program, readonly SignalStep[]>> = {
  service: [LAST],
  temporal: [LAST],
  postgres: [['SIGQUIT', 2_000], LAST],
};
