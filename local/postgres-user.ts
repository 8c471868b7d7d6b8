import { execFile } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { LocalError } from './local-error.ts';
import type { Say } from './log.ts';

const run = promisify(execFile);

const USER = 'postgres';

/** The user that owns a database cluster and runs its server. */
export interface PostgresUser {
  readonly uid: number;
  readonly gid: number;
}

/** A command as `child_process` takes it. */
export interface Command {
  readonly file: string;
  readonly args: readonly string[];
  readonly user?: PostgresUser;
}

/** Postgres refuses to run as root. Null for everybody else, who runs it as himself. */
export async function findPostgresUser(say: Say): Promise<PostgresUser | null> {
  if (process.getuid?.() !== 0) return null;
  const known = await lookUp();
  if (known !== null) return known;
  say(`Postgres does not run as root: making the system user ${USER} for it.`);
  try {
    await run('useradd', ['--system', '--user-group', '--no-create-home', '--shell', '/usr/sbin/nologin', USER]);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new LocalError(
      `Postgres does not run as root, and the user ${USER} cannot be made (${reason.trim()}). ` +
        'Start Redress as another user, or set DATABASE_URL to a Postgres of yours.',
    );
  }
  const made = await lookUp();
  if (made === null) throw new LocalError(`The user ${USER} was made but cannot be found.`);
  return made;
}

async function lookUp(): Promise<PostgresUser | null> {
  try {
    const [uid, gid] = await Promise.all(
      ['-u', '-g'].map(async (flag) => Number((await run('id', [flag, USER])).stdout)),
    );
    return uid === undefined || gid === undefined ? null : { uid, gid };
  } catch {
    // `id` fails for a user that does not exist.
    return null;
  }
}

/**
 * A command of Postgres, run as its user. Where that user may not enter one of the folders above (a clone in root's home,
 * say) and we are root, the command keeps the one capability to pass there; `no_setuid_fixup` makes it count for access(2)
 * too, by which initdb looks for its parts.
 */
export async function asPostgresUser(
  file: string,
  args: readonly string[],
  user: PostgresUser | null,
  folders: readonly string[],
): Promise<Command> {
  if (user === null) return { file, args };
  const open = await Promise.all(folders.map((folder) => canEnter(folder, user)));
  if (open.every(Boolean)) return { file, args, user };
  const become = [`--reuid=${user.uid}`, `--regid=${user.gid}`, '--clear-groups', '--securebits=+no_setuid_fixup'];
  const keep = ['--inh-caps=+dac_override', '--ambient-caps=+dac_override'];
  return { file: 'setpriv', args: [...become, ...keep, file, ...args] };
}

async function canEnter(folder: string, { uid, gid }: PostgresUser): Promise<boolean> {
  const { mode, uid: owner, gid: group } = await stat(folder);
  const bit = owner === uid ? 0o100 : group === gid ? 0o010 : 0o001;
  if ((mode & bit) === 0) return false;
  const parent = dirname(folder);
  return parent === folder || canEnter(parent, { uid, gid });
}
