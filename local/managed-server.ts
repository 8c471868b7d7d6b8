import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DataFolder } from './data-folder.ts';
import { LocalError } from './local-error.ts';
import { type LogMark, markLog, rotateLog } from './log-file.ts';
import { withProgress, type Say, seconds } from './log.ts';
import { identify, removePidFile, writePidFile } from './pid-file.ts';
import { hasEnded, signalUntilGone, stopChild } from './stop-child.ts';
import { HURRY_STEPS, type Program, STOP_STEPS } from './stopping.ts';

/** A server program and how to tell that it serves. */
export interface ServerProgram {
  readonly program: Exclude<Program, 'service'>;
  /** As people call it. */
  readonly title: string;
  readonly file: string;
  readonly args: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  /** The user to run it as, where that is not our own. */
  readonly user?: { readonly uid: number; readonly gid: number };
  /** Clears away what would keep it from starting. */
  prepare?(): Promise<void>;
  /** Asks once whether it serves; rejects when it does not. */
  probe(): Promise<void>;
}

/** A server of ours. What dies by itself is started again, with growing pauses, for as long as it is wanted. */
export interface ManagedServer {
  /** The id of its process; null while there is none. */
  pid(): number | null;
  /** Starts it and waits until it serves. @throws LocalError with the end of its log when it does not come up */
  start(): Promise<void>;
  /** Stops it and waits until it is gone; it stays down until the next start. */
  stop(): Promise<void>;
  /** Ends it without notice, as a crash would; it stays down until the next start. */
  kill(): Promise<void>;
}

/** What the servers of one data folder share. */
export interface ServerContext {
  readonly folder: DataFolder;
  readonly say: Say;
  /** Aborted when nothing is to be started any more. */
  readonly stopping: AbortSignal;
  /** Aborted when stops are to take the short way. */
  readonly hurry: AbortSignal;
}

const PROBE_INTERVAL = 50;
/** Longer than any recovery of a local database; a server that hangs must not hang us. */
const START_TIMEOUT = 180_000;
const START_ATTEMPTS = 3;
/** What a crash left behind (a port, shared memory) takes a moment to go away. */
const ATTEMPT_PAUSE = 1_000;
const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 15_000;
/** A server that served this long starts over with the first pause. */
const STABLE_AFTER = 60_000;

/** Makes a server of a program; nothing runs before its first start. */
export function createServer(server: ServerProgram, context: ServerContext): ManagedServer {
  const { folder, say, stopping, hurry } = context;
  const pidFile = folder.pidFile(server.program);
  const logFile = folder.logFile(server.program);
  let child: ChildProcess | null = null;
  /** Aborted when the server is not wanted any more. */
  let wanted = new AbortController();
  /** The start or restart under way. */
  let rising: Promise<void> = Promise.resolve();
  let pause = FIRST_PAUSE;

  const riseOnce = async (signal: AbortSignal): Promise<void> => {
    await server.prepare?.();
    signal.throwIfAborted();
    const mark = markLog(logFile);
    const launched = launch(server, logFile);
    child = launched;
    const id = launched.pid === undefined ? null : identify(launched.pid);
    if (id !== null) writePidFile(pidFile, id);
    try {
      await untilServing(server, launched, mark, signal);
    } catch (error) {
      await signalUntilGone(launched, HURRY_STEPS[server.program]);
      throw error;
    }
    const servingSince = performance.now();
    launched.once('exit', (code, cause) => {
      if (signal.aborted) return;
      if (performance.now() - servingSince > STABLE_AFTER) pause = FIRST_PAUSE;
      say(`${server.title} ended by itself (${cause ?? `code ${String(code)}`}): starting it again.`);
      rising = riseAgain(signal);
    });
  };

  const rise = async (signal: AbortSignal): Promise<void> => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        await riseOnce(signal);
        return;
      } catch (error) {
        if (attempt === START_ATTEMPTS || signal.aborted) throw error;
        await sleep(ATTEMPT_PAUSE, undefined, { signal });
      }
    }
  };

  const riseAgain = async (signal: AbortSignal): Promise<void> => {
    for (;;) {
      try {
        await sleep(pause, undefined, { signal });
        pause = Math.min(2 * pause, LONGEST_PAUSE);
        await riseOnce(signal);
        say(`${server.title} serves again.`);
        return;
      } catch (error) {
        if (signal.aborted) return;
        say(error instanceof Error ? error.message : String(error));
      }
    }
  };

  /** Ends every start under way, then the process. */
  const bringDown = async (end: (running: ChildProcess) => Promise<unknown>): Promise<void> => {
    wanted.abort();
    await Promise.allSettled([rising]);
    if (child !== null) await end(child);
    child = null;
    removePidFile(pidFile);
  };

  const pid = () => (child === null || hasEnded(child) ? null : (child.pid ?? null));

  return {
    pid,
    async start() {
      if (pid() !== null) return;
      // It may be pausing before a restart.
      wanted.abort();
      await Promise.allSettled([rising]);
      wanted = new AbortController();
      const started = performance.now();
      rising = rise(AbortSignal.any([wanted.signal, stopping]));
      await withProgress(
        say,
        (elapsed) => `… ${server.title} does not serve yet after ${elapsed}`,
        () => rising,
      );
      say(`${server.title} serves (after ${seconds(performance.now() - started)}).`);
    },
    stop: () => bringDown((running) => stopChild(running, STOP_STEPS[server.program], server.program, hurry)),
    kill: () => bringDown((running) => signalUntilGone(running, [['SIGKILL', 5_000]])),
  };
}

function launch(server: ServerProgram, logFile: string): ChildProcess {
  rotateLog(logFile);
  const log = openSync(logFile, 'a');
  try {
    return spawn(server.file, server.args, {
      // A session of its own, so that Ctrl-C at the terminal does not reach it before it is its turn.
      detached: true,
      stdio: ['ignore', log, log],
      env: { ...process.env, ...server.env },
      ...server.user,
    });
  } finally {
    closeSync(log);
  }
}

async function untilServing(
  server: ServerProgram,
  launched: ChildProcess,
  log: LogMark,
  signal: AbortSignal,
): Promise<void> {
  const spawning: { failure?: Error } = {};
  launched.once('error', (error) => {
    spawning.failure = error;
  });
  const until = performance.now() + START_TIMEOUT;
  for (;;) {
    try {
      await server.probe();
      // Another program on its port may have answered in its place.
      if (!hasEnded(launched)) return;
      throw new Error('it has ended');
    } catch (error) {
      if (spawning.failure) throw new LocalError(`${server.title} cannot be run: ${spawning.failure.message}`);
      if (hasEnded(launched)) throw new LocalError(`${server.title} ended while it started:\n${log.tail()}`);
      if (performance.now() > until) {
        const reason = error instanceof Error ? error.message : String(error);
        throw new LocalError(`${server.title} does not answer (${reason}). The end of its log:\n${log.tail()}`);
      }
    }
    await sleep(PROBE_INTERVAL, undefined, { signal });
  }
}
