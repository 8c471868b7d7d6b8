import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Say } from '../../local/log.ts';

/** A folder of one test, gone after it. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'redress-local-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}

/** What was told to the person. */
export function listen(): { readonly say: Say; readonly said: readonly string[] } {
  const said: string[] = [];
  return { say: (text) => said.push(text), said };
}

/** A Node process that runs a script until it is ended, at the latest with the test. Ready once it has printed a line. */
export async function startScript(script: string): Promise<ChildProcess & { readonly pid: number }> {
  const child = spawn(process.execPath, ['--eval', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  await new Promise((resolve) => child.stdout.once('data', resolve));
  if (child.pid === undefined) throw new Error('the script was not started');
  return Object.assign(child, { pid: child.pid });
}

/** A script that does nothing for a minute. */
export const IDLE = 'console.log("ready"); setTimeout(() => {}, 60_000)';
/** The same, but it does not end by SIGTERM. */
export const STUBBORN = `process.on('SIGTERM', () => {}); ${IDLE}`;

/** Waits until something holds. */
export async function until(holds: () => boolean, within = 10_000): Promise<void> {
  const end = performance.now() + within;
  while (!holds()) {
    if (performance.now() > end) throw new Error(`it did not come about within ${within} ms`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
