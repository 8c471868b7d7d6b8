import { constants } from 'node:fs';
import { access, mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { LocalError } from './local-error.ts';
import type { Say } from './log.ts';
import { identify, type ProcessId, readPidFile, removePidFile, writePidFile } from './pid-file.ts';
import { endProcess } from './processes.ts';
import { type Program, PROGRAMS, STOP_STEPS } from './stopping.ts';

/** Milliseconds; far longer than it takes from reading a pid file to removing it. */
const TAKE_OVER_PAUSE = 100;

/** Everything that `local/` keeps, held by this process alone. */
export interface DataFolder {
  readonly path: string;
  /** The path of a file in the folder. */
  file(...names: string[]): string;
  pidFile(program: Program): string;
  logFile(program: Program): string;
  /** Gives the folder free for another process. */
  close(): void;
}

/**
 * Makes the folder where there is none, takes it for this process, and ends what an earlier process left running when it
 * was killed.
 * @throws LocalError when the folder cannot be used or another process holds it
 */
export async function openDataFolder(path: string, say: Say): Promise<DataFolder> {
  const root = resolve(path);
  const file = (...names: string[]) => join(root, ...names);
  const pidFile = (program: Program) => file('run', `${program}.pid`);
  try {
    await Promise.all(['run', 'logs'].map((name) => mkdir(file(name), { recursive: true })));
    await access(file('run'), constants.W_OK);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new LocalError(`The data folder ${root} cannot be written (${reason}). Choose another one with DATA_DIR.`);
  }
  const lock = file('run', 'redress.pid');
  await takeLock(lock, root);
  for (const program of PROGRAMS) await endLeftover(program, pidFile(program), say);
  return {
    path: root,
    file,
    pidFile,
    logFile: (program) => file('logs', `${program}.log`),
    close() {
      removePidFile(lock);
    },
  };
}

async function takeLock(file: string, root: string): Promise<void> {
  const self = identify(process.pid);
  if (self === null) throw new Error('this process cannot be found among the running ones');
  if (writePidFile(file, self, { exclusive: true })) return;
  const holder = readPidFile(file);
  if (holder !== null) throw heldBy(holder, root);
  // Left by a process that was killed. Another one may find that out at this moment and remove the file that we make
  // instead of the old one; so only who is still named by it after a while holds the folder.
  removePidFile(file);
  const made = writePidFile(file, self, { exclusive: true });
  await sleep(TAKE_OVER_PAUSE);
  const taker = readPidFile(file);
  if (!made || taker?.pid !== self.pid) throw heldBy(taker, root);
}

function heldBy(holder: ProcessId | null, root: string): LocalError {
  const who = holder === null ? 'Another process' : `Process ${holder.pid}`;
  return new LocalError(
    `${who} already runs Redress on the data folder ${root}. ` +
      'Stop it first, or give this one a folder and a port of its own with DATA_DIR and PORT.',
  );
}

async function endLeftover(program: Program, file: string, say: Say): Promise<void> {
  const leftover = readPidFile(file);
  if (leftover !== null) {
    say(`Ending the ${program} process ${leftover.pid} that a killed start left behind …`);
    if (!(await endProcess(leftover.pid, leftover.birth, STOP_STEPS[program]))) {
      throw new LocalError(`Process ${leftover.pid} (${program}) cannot be ended. End it yourself, then start again.`);
    }
  }
  removePidFile(file);
}
