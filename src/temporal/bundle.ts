import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { WorkflowBundle } from '@temporalio/worker';

const BUNDLER = fileURLToPath(new URL('./bundle-process.ts', import.meta.url));
const MAX_SIZE = 64 * 1024 * 1024;

let bundled: Promise<WorkflowBundle> | undefined;

/**
 * The workflow code for the worker; takes some seconds the first time. It is bundled in a process of its own, since the
 * bundler needs 150 MB that it would never give back.
 */
export function bundleWorkflows(): Promise<WorkflowBundle> {
  bundled ??= bundle().catch((error: unknown) => {
    bundled = undefined;
    throw error;
  });
  return bundled;
}

async function bundle(): Promise<WorkflowBundle> {
  const { stdout } = await promisify(execFile)(process.execPath, [BUNDLER], { maxBuffer: MAX_SIZE });
  return { code: stdout };
}
