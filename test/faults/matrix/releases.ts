import { execFile } from 'node:child_process';
import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ROOT } from '../../../local/settings.ts';

const run = promisify(execFile);

const MIGRATIONS = 'src/store/migrations';
const WORKFLOWS = 'workflows';
/** Commits that are looked at, the newest first. */
const MAX_COMMITS = 400;

/** A commit of this repository. */
export interface Release {
  readonly commit: string;
  /** Short id and date, for people. */
  readonly title: string;
}

/**
 * The commits before this one whose workflow code is another one, and whose schema the migrations of today go on from, the
 * newest first: an upgrade from them needs no stop. None where there is no history, as in a shallow clone or an archive.
 */
export async function earlierReleases(): Promise<Release[]> {
  try {
    const today = await readTree('HEAD');
    const log = await git('log', '--first-parent', `--max-count=${MAX_COMMITS}`, '--format=%H %h of %cs', 'HEAD~1');
    const releases: Release[] = [];
    for (const line of log.split('\n')) {
      const [commit = '', ...title] = line.split(' ');
      const { migrations, workflows } = await readTree(commit);
      // A migration that was changed afterwards has left another schema.
      if (migrations.length === 0 || !migrations.every((file) => today.migrations.includes(file))) break;
      if (workflows.join() !== today.workflows.join()) releases.push({ commit, title: title.join(' ') });
    }
    return releases;
  } catch {
    // No git, no repository, or a commit that a shallow clone does not have: then there are none that could be run.
    return [];
  }
}

/** Puts the tree of a commit into a folder, ready to run with the packages of today. @returns its `src/main.ts` */
export async function checkOut({ commit }: Release, folder: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  const archive = join(folder, 'release.tar');
  await git('archive', '--format=tar', `--output=${archive}`, commit);
  await run('tar', ['-xf', archive, '-C', folder]);
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  return join(folder, 'src', 'main.ts');
}

/** The files of schema and workflows in a commit, each with what is in it. */
async function readTree(commit: string): Promise<{ migrations: string[]; workflows: string[] }> {
  const list = async (folder: string): Promise<string[]> =>
    (await git('ls-tree', '-r', commit, '--', folder)).split('\n').filter((file) => file !== '');
  return { migrations: await list(MIGRATIONS), workflows: await list(WORKFLOWS) };
}

async function git(...args: string[]): Promise<string> {
  const { stdout } = await run('git', ['-C', ROOT, ...args], { maxBuffer: 16 * 1024 * 1024 });
  return stdout.trim();
}
