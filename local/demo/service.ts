import { closeSync, openSync } from 'node:fs';
import type { DataFolder } from '../data-folder.ts';
import { LocalError } from '../local-error.ts';
import { markLog, rotateLog } from '../log-file.ts';
import { startService } from '../service.ts';

/** Seconds: nothing in the demo takes longer, and Ctrl-C is to be quick. */
const SHUTDOWN_TIMEOUT = '5';

/** The service, running as a child of the demo. */
export interface DemoService {
  /** Settles with the address of its API once that listens. */
  readonly listening: Promise<string>;
  /** Rejects with a LocalError when the service has ended; never settles otherwise. */
  readonly ended: Promise<never>;
  /** Asks it to end, and waits until it is gone. */
  stop(hurry: AbortSignal): Promise<void>;
}

/** Starts the service with its logs in a file, since the terminal belongs to the demo. */
export function startDemoService(folder: DataFolder, env: NodeJS.ProcessEnv): DemoService {
  const logFile = folder.logFile('service');
  rotateLog(logFile);
  const log = openSync(logFile, 'a');
  const mark = markLog(logFile);
  const service = startService(folder, { ...env, SHUTDOWN_TIMEOUT }, log);
  closeSync(log);
  const ended = service.ended.then((code) => {
    throw new LocalError(`The service ended with exit code ${code}. The end of its log (${logFile}):\n${mark.tail()}`);
  });
  // Nobody may be listening when it ends as it should.
  ended.catch(() => undefined);
  return {
    // Where it ends before it listens, `ended` tells.
    listening: service.ready.then((ready) => ready?.url ?? ended),
    ended,
    stop: (hurry) => service.stop(hurry),
  };
}
