import { stat } from 'node:fs/promises';
import type { Logger } from 'pino';
import { loadTargets } from './targets-file.ts';
import type { Targets } from './target.ts';

/** Milliseconds between two looks at the file. */
const LOOK_INTERVAL = 2_000;

/** How the targets in force came about. Times are epoch milliseconds. */
export interface TargetsState {
  /** Null: there is no file. */
  readonly file: string | null;
  /** When what is in force was read. */
  readonly loadedAt: number;
  /** Why the file, as it is now, is not in force; null: it is. Never holds a secret. */
  readonly problem: string | null;
}

/** Targets that follow their file. */
export interface WatchedTargets extends Targets {
  state(): TargetsState;
  /** No more looks at the file. */
  stop(): void;
}

/**
 * The targets in the file at `path`, and those of every later version of it, as soon as it is noticed. A later version that
 * cannot be used leaves in force what was.
 * @throws TargetsFileError where the file cannot be used now
 */
export async function watchTargets(
  path: string | null,
  env: NodeJS.ProcessEnv,
  log: Logger,
  interval = LOOK_INTERVAL,
): Promise<WatchedTargets> {
  // Before the content, so that what is written meanwhile is noticed.
  let seen = path === null ? '' : await versionOf(path);
  let current = await loadTargets(path, env);
  let loadedAt = Date.now();
  let problem: string | null = null;
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;

  const look = async (file: string): Promise<void> => {
    const version = await versionOf(file);
    if (version === seen) return;
    seen = version;
    try {
      current = await loadTargets(file, env);
      loadedAt = Date.now();
      problem = null;
      log.info({ file, targets: current.all.map(({ name }) => name) }, 'the targets file was read again');
    } catch (error) {
      problem = error instanceof Error ? error.message : String(error);
      log.error({ file, reason: problem }, 'the targets file cannot be used: its last good version stays in force');
    }
  };
  const lookLater = (file: string): void => {
    timer = setTimeout(() => {
      void look(file).finally(() => {
        if (!stopped) lookLater(file);
      });
    }, interval);
    timer.unref();
  };
  if (path !== null) lookLater(path);

  return {
    forFunction: (f) => current.forFunction(f),
    publishesPrepared: (f) => current.publishesPrepared(f),
    get all() {
      return current.all;
    },
    state: () => ({ file: path, loadedAt, problem }),
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}

/** Tells versions of the file from each other: another one put in its place, too. That it is missing is one of them. */
async function versionOf(path: string): Promise<string> {
  try {
    const { mtimeNs, size, ino } = await stat(path, { bigint: true });
    return `${mtimeNs} ${size} ${ino}`;
  } catch (error) {
    return `missing: ${error instanceof Error && 'code' in error ? String(error.code) : String(error)}`;
  }
}
