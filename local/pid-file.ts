import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { inspectProcess, isAlive } from './processes.ts';

const PID_FILE = z.object({ pid: z.int().positive(), birth: z.string() });

/** One process, told from every later one with the same id. */
export type ProcessId = z.output<typeof PID_FILE>;

/** The identity of a process that runs now; null when it has just ended. */
export function identify(pid: number): ProcessId | null {
  const facts = inspectProcess(pid);
  return facts === null ? null : { pid, birth: facts.birth };
}

/** Notes a process down. With `exclusive`, false when there is a file already. */
export function writePidFile(file: string, id: ProcessId, { exclusive = false } = {}): boolean {
  try {
    writeFileSync(file, `${JSON.stringify(id)}\n`, { flag: exclusive ? 'wx' : 'w' });
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

/** The process that a pid file names, if it is still that process; null for a stale, torn or missing file. */
export function readPidFile(file: string): ProcessId | null {
  try {
    const id = PID_FILE.parse(JSON.parse(readFileSync(file, 'utf8')));
    return isAlive(id.pid, id.birth) ? id : null;
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof z.ZodError) return null;
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}

/** Forgets a process; a file that is gone already is fine. */
export function removePidFile(file: string): void {
  rmSync(file, { force: true });
}
