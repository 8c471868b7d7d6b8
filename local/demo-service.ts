import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { z } from 'zod';
import type { DataFolder } from './data-folder.ts';
import { LocalError } from './local-error.ts';
import { markLog, rotateLog } from './log-file.ts';
import { identify, removePidFile, writePidFile } from './pid-file.ts';
import { exitCodeOf } from './service.ts';
import { ROOT } from './settings.ts';
import { stopChild } from './stop-child.ts';

/** Seconds: nothing in the demo takes longer, and Ctrl-C is to be quick. */
const SHUTDOWN_TIMEOUT = 5;
/** Milliseconds on top: the service ends by itself. */
const MARGIN = 500;

const READY = z.object({ url: z.string() });

/** The service, running as a child of the demo. */
export interface DemoService {
  /** Settles with the address of its API once that listens. */
  readonly listening: Promise<string>;
  /** Rejects with a LocalError when the service has ended; never settles otherwise. */
  readonly ended: Promise<never>;
  /** Asks it to end, and waits until it is gone. */
  stop(hurry: AbortSignal): Promise<void>;
}

/** Starts `src/main.ts` with its logs in a file, since the terminal belongs to the demo. */
export function startDemoService(folder: DataFolder, env: NodeJS.ProcessEnv): DemoService {
  const logFile = folder.logFile('service');
  rotateLog(logFile);
  const log = openSync(logFile, 'a');
  const mark = markLog(logFile);
  const child = spawn(process.execPath, ['src/main.ts'], {
    cwd: ROOT,
    env: { ...env, SHUTDOWN_TIMEOUT: String(SHUTDOWN_TIMEOUT) },
    // A session of its own, so that Ctrl-C at the terminal reaches it only through us.
    detached: true,
    stdio: ['ignore', log, log, 'ipc'],
  });
  closeSync(log);
  const pidFile = folder.pidFile('service');
  const id = child.pid === undefined ? null : identify(child.pid);
  if (id !== null) writePidFile(pidFile, id);
  const exitCode = exitCodeOf(child).finally(() => {
    removePidFile(pidFile);
  });
  const ended = exitCode.then((code) => {
    throw new LocalError(`The service ended with exit code ${code}. The end of its log (${logFile}):\n${mark.tail()}`);
  });
  // Nobody may be listening when it ends as it should.
  ended.catch(() => undefined);
  return {
    listening: new Promise((resolve) => {
      child.on('message', (message) => {
        const ready = READY.safeParse(message);
        if (ready.success) resolve(ready.data.url);
      });
    }),
    ended,
    async stop(hurry) {
      await stopChild(child, [['SIGTERM', SHUTDOWN_TIMEOUT * 1_000 + MARGIN]], 'service', hurry);
      await exitCode;
    },
  };
}
