import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type DataFolder, openDataFolder } from './data-folder.ts';
import { LocalError } from './local-error.ts';
import type { Say } from './log.ts';
import { inspectProcess } from './processes.ts';

/** A data folder of this run alone, so that several may go on at once. */
export async function openTestFolder(root: string, say: Say): Promise<DataFolder> {
  mkdirSync(root, { recursive: true });
  await removeLeftovers(root, say);
  return openDataFolder(join(root, `run-${process.pid}`), say);
}

/** Ends the servers of runs that were killed, and removes their folders. */
async function removeLeftovers(root: string, say: Say): Promise<void> {
  for (const name of readdirSync(root)) {
    // Its run goes on, or has only just begun.
    if (inspectProcess(Number(name.replace('run-', ''))) !== null) continue;
    try {
      const folder = await openDataFolder(join(root, name), say);
      rmSync(folder.path, { recursive: true, force: true });
    } catch (error) {
      // Another run removes it at this moment.
      if (!(error instanceof LocalError)) throw error;
    }
  }
}
