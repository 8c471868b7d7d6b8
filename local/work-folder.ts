import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { LocalError } from './local-error.ts';
import { inspectProcess } from './processes.ts';

/**
 * A folder in which a file is made, beside its goal, so that moving it there is one step: nobody sees half of it. Removes
 * the work folders of processes that were killed. The caller removes this one.
 * @throws LocalError when it cannot be made
 */
export async function makeWorkFolder(goal: string): Promise<string> {
  const parent = dirname(goal);
  try {
    await mkdir(parent, { recursive: true });
    for (const name of await readdir(parent)) {
      const maker = /^work-(\d+)-/.exec(name)?.[1];
      if (maker !== undefined && inspectProcess(Number(maker)) === null)
        await rm(join(parent, name), { recursive: true });
    }
    return await mkdtemp(join(parent, `work-${process.pid}-`));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new LocalError(
      `The cache folder ${parent} cannot be used (${reason}). Choose another place with XDG_CACHE_HOME.`,
    );
  }
}
