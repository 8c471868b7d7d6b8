import { spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { DataFolder } from './data-folder.ts';
import { LocalError } from './local-error.ts';
import { say } from './log.ts';
import { provide, type Provision } from './provision.ts';
import { exitCodeOf } from './service.ts';
import { ROOT } from './settings.ts';
import { type StopSignals, takeStopSignals } from './stop-signals.ts';
import { countTests, type TestCount } from './test-count.ts';
import { openTestFolder } from './test-folder.ts';

const FAILED: TestCount = { passed: 0, failed: 1 };

/** Runs the tests with servers of their own, whatever the environment names: tests make and lose databases. */
async function main(args: readonly string[]): Promise<TestCount> {
  const signals = takeStopSignals();
  const folder = await openTestFolder(join(ROOT, '.data', 'test'), say);
  try {
    const env = withoutServers(process.env, folder);
    const provision = await provide({ folder, say, env, durable: false, ...signals });
    try {
      return await runVitest(args, env, provision, folder, signals);
    } finally {
      await provision.stop();
    }
  } finally {
    folder.close();
    rmSync(folder.path, { recursive: true, force: true });
  }
}

async function runVitest(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  { postgres, temporal }: Provision,
  folder: DataFolder,
  { stopping }: StopSignals,
): Promise<TestCount> {
  stopping.throwIfAborted();
  if (postgres === null || temporal === null) throw new Error('the servers of the tests are always our own');
  const report = folder.file('report.json');
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const vitest = spawn(process.execPath, [join('node_modules', 'vitest', 'vitest.mjs'), 'run', ...reporters, ...args], {
    cwd: ROOT,
    env: {
      ...(process.stdout.isTTY ? {} : { NO_COLOR: '1' }),
      ...env,
      TEST_DATABASE_URL: postgres.url('postgres'),
      TEST_TEMPORAL_ADDRESS: temporal.address,
      TEST_TEMPORAL_BIN: temporal.cli.file,
    },
    stdio: 'inherit',
  });
  stopping.addEventListener('abort', () => vitest.kill());
  const exitCode = await exitCodeOf(vitest);
  return countTests(existsSync(report) ? readFileSync(report, 'utf8') : null, exitCode);
}

/** The environment without a word of where servers are, and without a profile of the Temporal CLI that would say so. */
function withoutServers(env: NodeJS.ProcessEnv, folder: DataFolder): NodeJS.ProcessEnv {
  const kept = Object.entries(env).filter(([name]) => name !== 'DATABASE_URL' && !/^(TEMPORAL|POSTGRES)_/.test(name));
  return { ...Object.fromEntries(kept), TEMPORAL_CONFIG_FILE: folder.file('no-profile.toml') };
}

async function count(): Promise<TestCount> {
  try {
    return await main(process.argv.slice(2));
  } catch (error) {
    say(error instanceof LocalError ? error.message : String(error instanceof Error ? error.stack : error));
    return FAILED;
  }
}

const { passed, failed } = await count();
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exitCode = failed === 0 ? 0 : 1;
