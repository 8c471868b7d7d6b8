import { execFileSync, type ExecFileSyncOptionsWithStringEncoding } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** A process as the operating system knows it. */
export interface ProcessFacts {
  /** When it was started, in the system's own notation. Together with the id it names one process for good. */
  readonly birth: string;
  readonly commandLine: string;
}

/** A signal and the milliseconds the process then gets to end. */
export type SignalStep = readonly [signal: NodeJS.Signals, grace: number];

const POLL_INTERVAL = 25;

/** Looks a process up; null when there is none, or only its zombie. */
export function inspectProcess(pid: number): ProcessFacts | null {
  try {
    return process.platform === 'linux' ? inspectProc(pid) : inspectPs(pid);
  } catch {
    // Neither source knows the id: the process is gone.
    return null;
  }
}

function inspectProc(pid: number): ProcessFacts | null {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The second field is the program's name in parentheses and may hold anything; state is the third, start time the 22nd.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state] = fields;
  const ticks = fields[19];
  if (state === 'Z' || state === 'X' || ticks === undefined) return null;
  const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  const commandLine = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
  return { birth: `${boot} ${ticks}`, commandLine };
}

function inspectPs(pid: number): ProcessFacts | null {
  const options: ExecFileSyncOptionsWithStringEncoding = {
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C' },
    stdio: ['ignore', 'pipe', 'ignore'],
  };
  const line = execFileSync('ps', ['-o', 'lstart=,state=,command=', '-p', String(pid)], options).trim();
  const [, birth, state, commandLine] = /^(.{24})\s+(\S+)\s+(.*)$/.exec(line) ?? [];
  if (birth === undefined || commandLine === undefined || state?.startsWith('Z') === true) return null;
  return { birth, commandLine };
}

/** Whether the process with this id is still the one that was born then. */
export function isAlive(pid: number, birth: string): boolean {
  return inspectProcess(pid)?.birth === birth;
}

/** Signals one process, never a later one with the same id; a process that is gone by now is no error. */
export function signalProcess(pid: number, birth: string, signal: NodeJS.Signals): void {
  if (!isAlive(pid, birth)) return;
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

/** Ends a process that is not our child: signal after signal, until it is gone. False when it outlives them all. */
export async function endProcess(pid: number, birth: string, steps: readonly SignalStep[]): Promise<boolean> {
  for (const [signal, grace] of steps) {
    signalProcess(pid, birth, signal);
    const until = performance.now() + grace;
    while (performance.now() < until) {
      if (!isAlive(pid, birth)) return true;
      await sleep(POLL_INTERVAL);
    }
  }
  return !isAlive(pid, birth);
}
