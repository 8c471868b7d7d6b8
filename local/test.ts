import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { LocalError } from './local-error.ts';
import { say } from './log.ts';
import { exitCodeOf } from './service.ts';
import { ROOT } from './settings.ts';
import { countTests, type TestCount } from './test-count.ts';
import { type TestRun, withTestServers } from './test-servers.ts';

const FAILED: TestCount = { passed: 0, failed: 1 };

async function runVitest(args: readonly string[], { env, folder, stopping }: TestRun): Promise<TestCount> {
  const report = folder.file('report.json');
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const vitest = spawn(process.execPath, [join('node_modules', 'vitest', 'vitest.mjs'), 'run', ...reporters, ...args], {
    cwd: ROOT,
    env,
    stdio: 'inherit',
  });
  stopping.addEventListener('abort', () => vitest.kill());
  const exitCode = await exitCodeOf(vitest);
  return countTests(existsSync(report) ? readFileSync(report, 'utf8') : null, exitCode);
}

async function count(): Promise<TestCount> {
  try {
    return await withTestServers((run) => runVitest(process.argv.slice(2), run));
  } catch (error) {
    say(error instanceof LocalError ? error.message : String(error instanceof Error ? error.stack : error));
    return FAILED;
  }
}

const { passed, failed } = await count();
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exitCode = failed === 0 ? 0 : 1;
