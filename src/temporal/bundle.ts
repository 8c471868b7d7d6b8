import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, readdir, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { WorkflowBundle } from '@temporalio/worker';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const BUNDLER = join(import.meta.dirname, 'bundle-process.ts');
/** Where tools keep what they can make again. */
const CACHE = join(ROOT, 'node_modules', '.cache', 'redress');
/** What a bundle is made of: our code in these folders, and the packages that the lock file names. */
const SOURCES = ['workflows', 'src/domain', 'src/temporal'];
const LOCK_FILE = 'package-lock.json';
const MAX_SIZE = 64 * 1024 * 1024;

let bundled: Promise<WorkflowBundle> | undefined;

/**
 * The workflow code for the worker. It takes some seconds once for each version of the code and is kept, so that a
 * process that was killed is back at work sooner. It is bundled in a process of its own, since the bundler needs 150 MB
 * that it would never give back.
 */
export function bundleWorkflows(): Promise<WorkflowBundle> {
  bundled ??= bundle().catch((error: unknown) => {
    bundled = undefined;
    throw error;
  });
  return bundled;
}

async function bundle(): Promise<WorkflowBundle> {
  const file = join(CACHE, `workflows-${await fingerprint()}.js`);
  if (existsSync(file)) return { code: await readFile(file, 'utf8') };
  const { stdout: code } = await promisify(execFile)(process.execPath, [BUNDLER], { maxBuffer: MAX_SIZE });
  // Where nothing can be kept, every start bundles anew.
  await keep(file, code).catch(() => undefined);
  return { code };
}

async function fingerprint(): Promise<string> {
  const hash = createHash('sha256');
  const folders = await Promise.all(
    SOURCES.map(async (folder) => (await readdir(join(ROOT, folder))).sort().map((name) => join(folder, name))),
  );
  for (const name of [LOCK_FILE, ...folders.flat()]) hash.update(name).update(await readFile(join(ROOT, name)));
  return hash.digest('hex').slice(0, 16);
}

/** Under its name only once it is whole: the process may be killed at any time, and others may start at the same time. */
async function keep(file: string, code: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const unfinished = `${file}.${process.pid}`;
  await writeFile(unfinished, code);
  await rename(unfinished, file);
}
