import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SignalStep } from './processes.ts';
import { HURRY_STEPS, type Program } from './stopping.ts';

/** Stops a child of ours and waits until it is gone; takes the short way after these steps, or when `hurry` is aborted. */
export async function stopChild(
  child: ChildProcess,
  steps: readonly SignalStep[],
  program: Program,
  hurry: AbortSignal,
): Promise<void> {
  if (await signalUntilGone(child, steps, hurry)) return;
  await signalUntilGone(child, HURRY_STEPS[program]);
}

/** Whether the child is gone after these signals; false also when it was not waited for. */
export async function signalUntilGone(
  child: ChildProcess,
  steps: readonly SignalStep[],
  hurry: AbortSignal = new AbortController().signal,
): Promise<boolean> {
  for (const [signal, grace] of steps) {
    if (hasEnded(child)) return true;
    if (hurry.aborted) return false;
    child.kill(signal);
    await endOf(child, grace, hurry);
  }
  return hasEnded(child);
}

/** Whether the child has ended, as far as Node has been told. */
export function hasEnded(child: ChildProcess): boolean {
  // Without an id it was never started.
  return child.pid === undefined || child.exitCode !== null || child.signalCode !== null;
}

/** Waits for the end of the child, for `grace` milliseconds, or for the hurry: whichever comes first. */
async function endOf(child: ChildProcess, grace: number, hurry: AbortSignal): Promise<void> {
  const done = new AbortController();
  const over = AbortSignal.any([hurry, done.signal]);
  const ignoreAbort = (): void => undefined;
  try {
    await Promise.race([once(child, 'exit', { signal: over }), sleep(grace, undefined, { signal: over })]).catch(
      ignoreAbort,
    );
  } finally {
    done.abort();
  }
}
