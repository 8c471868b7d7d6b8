import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chown, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import type { DataFolder } from './data-folder.ts';
import { LocalError } from './local-error.ts';
import { type Say, seconds } from './log.ts';
import type { PostgresBinaries } from './postgres-binaries.ts';
import { asPostgresUser, findPostgresUser, type PostgresUser } from './postgres-user.ts';
import { endProcess, inspectProcess } from './processes.ts';
import { STOP_STEPS } from './stopping.ts';

const run = promisify(execFile);

/** A database cluster on disk. */
export interface Cluster {
  readonly path: string;
  readonly password: string;
  readonly user: PostgresUser | null;
}

/** The superuser that initdb makes. */
export const SUPERUSER = 'postgres';

/**
 * The cluster of a data folder, made where there is none yet.
 * @throws LocalError when it was made by another major version or its password is lost
 */
export async function openCluster(binaries: PostgresBinaries, folder: DataFolder, say: Say): Promise<Cluster> {
  const path = folder.file('postgres');
  const passwordFile = folder.file('postgres.password');
  if (!existsSync(path)) return makeCluster(binaries, folder, path, passwordFile, say);
  const user = await ownerOf(path);
  await checkVersion(binaries, path);
  if (!existsSync(passwordFile)) {
    throw new LocalError(
      `${passwordFile} is missing, the password of the database in ${path}. Restore it from a backup.`,
    );
  }
  const password = (await readFile(passwordFile, 'utf8')).trim();
  return { path, password, user };
}

async function makeCluster(
  binaries: PostgresBinaries,
  folder: DataFolder,
  path: string,
  passwordFile: string,
  say: Say,
): Promise<Cluster> {
  const started = performance.now();
  const user = await findPostgresUser(say);
  const password = randomBytes(24).toString('base64url');
  await writeFile(passwordFile, `${password}\n`, { mode: 0o600 });
  // Made under another name, so that an initdb that was killed leaves nothing that looks whole.
  const unfinished = `${path}.unfinished`;
  // The user of Postgres cannot read the password file itself.
  const handedOver = folder.file('run', 'postgres.password');
  await Promise.all([rm(unfinished, { recursive: true, force: true }), rm(handedOver, { force: true })]);
  await mkdir(unfinished, { mode: 0o700 });
  try {
    await writeFile(handedOver, `${password}\n`, { mode: 0o600 });
    if (user !== null) await Promise.all([unfinished, handedOver].map((owned) => chown(owned, user.uid, user.gid)));
    const args = [
      `--pgdata=${unfinished}`,
      `--username=${SUPERUSER}`,
      `--pwfile=${handedOver}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      // Postgres' own collation: the same on every machine, whatever locales that has.
      '--locale=C',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
    ];
    const {
      file,
      args: rest,
      user: as,
    } = await asPostgresUser(binaries.initdb, args, user, [binaries.initdb, unfinished]);
    await run(file, rest, { ...as, env: { ...process.env, LC_ALL: 'C' } });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new LocalError(`The Postgres database cannot be made in ${path}: ${reason.trim()}`);
  } finally {
    await rm(handedOver, { force: true });
  }
  await rename(unfinished, path);
  say(`Made a new Postgres database (${seconds(performance.now() - started)}).`);
  return { path, password, user };
}

async function checkVersion(binaries: PostgresBinaries, path: string): Promise<void> {
  const made = (await readFile(`${path}/PG_VERSION`, 'utf8')).trim();
  const { stdout } = await run(binaries.postgres, ['--version']);
  const ours = /\b(\d+)[.\w]*\s*$/.exec(stdout)?.[1] ?? stdout.trim();
  if (made === ours) return;
  throw new LocalError(
    `The database in ${path} was made by Postgres ${made}, and this is Postgres ${ours}. ` +
      `Dump it with the programs of Postgres ${made} and load it into a new one, or choose another folder with DATA_DIR.`,
  );
}

/** Root runs a cluster as the user that it belongs to; everybody else must own it. */
async function ownerOf(path: string): Promise<PostgresUser | null> {
  const { uid, gid } = await stat(path);
  const self = process.getuid?.();
  if (self === uid) {
    if (self !== 0) return null;
    throw new LocalError(
      `The database in ${path} belongs to root, as whom Postgres does not run. Give it to another user.`,
    );
  }
  if (self === 0) return { uid, gid };
  throw new LocalError(
    `The database in ${path} belongs to another user (id ${uid}). ` +
      'Start Redress as that user, or choose another folder with DATA_DIR.',
  );
}

/**
 * Ends a Postgres that runs on the cluster without being known to us, and removes a lock file that names some other
 * program by now: Postgres itself would refuse to start for as long as that program lives.
 */
export async function freeCluster(path: string): Promise<void> {
  const lock = `${path}/postmaster.pid`;
  const pid = existsSync(lock) ? Number.parseInt(await readFile(lock, 'utf8'), 10) : Number.NaN;
  const holder = pid > 0 ? inspectProcess(pid) : null;
  if (holder === null) return;
  if (!holder.commandLine.includes(path)) await rm(lock, { force: true });
  else if (!(await endProcess(pid, holder.birth, STOP_STEPS.postgres))) {
    throw new LocalError(
      `Process ${pid} runs on the database in ${path} and cannot be ended. End it, then start again.`,
    );
  }
}
