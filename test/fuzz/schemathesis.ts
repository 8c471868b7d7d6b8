import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { type Say, withProgress } from '../../local/log.ts';

const run = promisify(execFile);

const REQUIREMENTS = join(import.meta.dirname, 'requirements.txt');

/** What a run of Schemathesis starts with; null where this machine has no Python with venv and pip. */
export interface Schemathesis {
  /** The interpreter, which has it among its packages. */
  readonly python: string;
}

/** Finds the pinned Schemathesis, installing it into the cache of this user where it is not there yet. */
export async function findSchemathesis(say: Say): Promise<Schemathesis | null> {
  if (!(await hasPython())) return null;
  const pinned = createHash('sha256')
    .update(await readFile(REQUIREMENTS))
    .digest('hex')
    .slice(0, 12);
  const folder = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'redress', `schemathesis-${pinned}`);
  const python = join(folder, 'bin', 'python');
  const finished = join(folder, 'finished');
  if (existsSync(finished)) return { python };
  await rm(folder, { recursive: true, force: true });
  await mkdir(dirname(folder), { recursive: true });
  say('Installing Schemathesis with pip, once for this machine: about half a minute …');
  await withProgress(
    say,
    (elapsed) => `… still installing after ${elapsed}`,
    async () => {
      await run('python3', ['-m', 'venv', folder]);
      await run(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', REQUIREMENTS]);
    },
  );
  // Last, so that an installation that was interrupted is begun anew.
  await writeFile(finished, '');
  return { python };
}

async function hasPython(): Promise<boolean> {
  try {
    await run('python3', ['-c', 'import sys, venv, ensurepip; assert sys.version_info >= (3, 10)']);
    return true;
  } catch {
    // None, or one without the modules that Debian packs apart.
    return false;
  }
}
