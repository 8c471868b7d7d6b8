import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';
import { z } from 'zod';
import type { DataFolder } from './data-folder.ts';
import { nodeOptions } from './node-options.ts';
import { identify, removePidFile, writePidFile } from './pid-file.ts';
import { ROOT, setting } from './settings.ts';
import { stopChild } from './stop-child.ts';

const READY = z.object({ ready: z.literal(true), url: z.string().nullable() });

/** What the service says once it is healthy: where its API is; null where it has none. */
export type Ready = z.output<typeof READY>;

/** What the service takes for its shutdown where SHUTDOWN_TIMEOUT does not say, in seconds. */
const SHUTDOWN_TIMEOUT = 10;
/** Milliseconds on top: the service ends by itself. */
const MARGIN = 500;

/** The service, running as a child of ours. */
export interface Service {
  /** Null when it ended before it was healthy. */
  readonly ready: Promise<Ready | null>;
  /** Its exit code once it has ended, as a shell would see it. */
  readonly ended: Promise<number>;
  /** Asks it to end, and waits until it is gone. */
  stop(hurry: AbortSignal): Promise<void>;
}

/**
 * Starts `src/main.ts`. Its logs go to `log`, an open file, or where ours go; it notices by the closed channel when we
 * are gone.
 */
export function startService(folder: DataFolder, env: NodeJS.ProcessEnv, log: number | 'inherit' = 'inherit'): Service {
  const child = spawn(process.execPath, ['src/main.ts'], {
    cwd: ROOT,
    env: { ...env, NODE_OPTIONS: nodeOptions(env) },
    // A session of its own, so that Ctrl-C at the terminal reaches it only through us.
    detached: true,
    stdio: ['ignore', log, log, 'ipc'],
  });
  const grace = Number(setting(env, 'SHUTDOWN_TIMEOUT') ?? SHUTDOWN_TIMEOUT) * 1_000 + MARGIN;
  const pidFile = folder.pidFile('service');
  const id = child.pid === undefined ? null : identify(child.pid);
  if (id !== null) writePidFile(pidFile, id);
  const ended = exitCodeOf(child).finally(() => {
    removePidFile(pidFile);
  });
  const announced = new Promise<Ready>((resolve) => {
    child.on('message', (message) => {
      const ready = READY.safeParse(message);
      if (ready.success) resolve(ready.data);
    });
  });
  return {
    ready: Promise.race([announced, ended.then(() => null)]),
    ended,
    async stop(hurry) {
      await stopChild(child, [['SIGTERM', grace]], 'service', hurry);
      await ended;
    },
  };
}

/** The help of the service itself: its settings. */
export async function printServiceHelp(): Promise<number> {
  return exitCodeOf(spawn(process.execPath, ['src/main.ts', '--help'], { cwd: ROOT, stdio: 'inherit' }));
}

/** Waits for the end of a child: its exit code as a shell would see it. */
export async function exitCodeOf(child: ChildProcess): Promise<number> {
  const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
  return code ?? (signal === null ? 1 : 128 + constants.signals[signal]);
}
