import { execFile } from 'node:child_process';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { buildProgram, type GoProgram, pinnedVersion } from './go-build.ts';
import { LocalError } from './local-error.ts';
import type { ServerContext } from './managed-server.ts';

const run = promisify(execFile);

const MODULE = 'go.temporal.io/server';
/** The programs under the names that the images give them. */
const PROGRAMS: Readonly<Record<string, GoProgram>> = {
  'temporal-server': { title: 'the Temporal server for Postgres', package: `${MODULE}/cmd/server` },
  'temporal-sql-tool': { title: 'the schema tool of Temporal', package: `${MODULE}/cmd/tools/sql` },
};
const ANSWER_TIMEOUT = 10_000;

/** The programs of a Temporal server that keeps its state in Postgres. */
export interface ServerPrograms {
  readonly version: string;
  /** Holds `temporal-server` and `temporal-sql-tool`. */
  readonly folder: string;
}

/** Whether they are there, or Go is, which builds them. */
export async function canHaveTemporalServer(env: NodeJS.ProcessEnv): Promise<boolean> {
  const { folder } = await describePrograms(env);
  const made = await Promise.all(Object.keys(PROGRAMS).map((name) => runs(join(folder, name), ['--version'], env)));
  return made.every(Boolean) || (await runs('go', ['version'], env));
}

/**
 * Finds the programs that were built for this machine before, or builds them: five minutes on two cores.
 * @throws LocalError where that is not possible
 */
export async function findTemporalServer(
  context: Pick<ServerContext, 'say' | 'stopping'> & { readonly env: NodeJS.ProcessEnv },
): Promise<ServerPrograms> {
  const programs = await describePrograms(context.env);
  for (const [name, program] of Object.entries(PROGRAMS)) {
    const file = join(programs.folder, name);
    if (await runs(file, ['--version'], context.env)) continue;
    const outcome = await buildProgram({ ...context, version: programs.version, file }, program);
    if (!outcome.ok) throw new LocalError(`There is no ${name} to be had: ${outcome.reason}`);
  }
  return programs;
}

async function describePrograms(env: NodeJS.ProcessEnv): Promise<ServerPrograms> {
  const version = await pinnedVersion(MODULE);
  const caches = env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');
  return { version, folder: join(caches, 'redress', `temporal-server-${version}`) };
}

async function runs(file: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<boolean> {
  try {
    await run(file, args, { timeout: ANSWER_TIMEOUT, env });
    return true;
  } catch {
    // Not there, or no program for this machine.
    return false;
  }
}
