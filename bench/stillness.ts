import { setTimeout as sleep } from 'node:timers/promises';
import type { Child } from './child.ts';

/** Milliseconds until Postgres and Temporal are done with what a process that is held had asked of them. */
const QUIET = 1_000;
/**
 * Milliseconds until its connections are made anew, and until a workflow task has come back that Temporal gave to it meanwhile:
 * that takes as long as such a task may take, ten seconds. Held for a minute, it answered no command before.
 */
const RECOVERY = 12_000;

/**
 * Holds a process still while `work` is done, so that what it does by itself takes nothing from what is measured. Its system
 * keeps its connections alive meanwhile; to the process it is as if the machine had slept.
 */
export async function whileStill<Result>({ pid }: Pick<Child, 'pid'>, work: () => Promise<Result>): Promise<Result> {
  process.kill(pid, 'SIGSTOP');
  try {
    await sleep(QUIET);
    return await work();
  } finally {
    process.kill(pid, 'SIGCONT');
    await sleep(RECOVERY);
  }
}
