import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { say } from '../../local/log.ts';
import { startPostgres } from '../../local/postgres.ts';
import { ROOT, setting } from '../../local/settings.ts';
import { takeStopSignals } from '../../local/stop-signals.ts';
import { openTestFolder } from '../../local/test-folder.ts';
import { readQueryCases } from './query-case-file.ts';
import { type Difference, runQueryCases } from './query-cases.ts';

const OUR_CASES = fileURLToPath(new URL('../query/query-cases.json', import.meta.url));

/** Plays the cases of a file and says which of them are not answered as they should be. */
async function main(path: string): Promise<void> {
  const file = await readQueryCases(path);
  const { passed, differences } = await withPostgres(() => runQueryCases(file));
  for (const difference of differences) process.stdout.write(describe(difference));
  process.stdout.write(`${passed} passed, ${differences.length} failed\n`);
  process.exitCode = differences.length === 0 ? 0 : 1;
}

const describe = ({ name, expected, answered }: Difference): string =>
  `${name}\n  expected ${JSON.stringify(expected)}\n  answered ${JSON.stringify(answered)}\n`;

/** Runs something with the Postgres that TEST_DATABASE_URL names, else with one that is gone afterwards. */
async function withPostgres<Result>(run: () => Promise<Result>): Promise<Result> {
  if (setting(process.env, 'TEST_DATABASE_URL') !== undefined) return run();
  const signals = takeStopSignals();
  const folder = await openTestFolder(join(ROOT, '.data', 'test'), say);
  try {
    const postgres = await startPostgres({ folder, say, env: {}, durable: false, ...signals });
    process.env['TEST_DATABASE_URL'] = postgres.url('postgres');
    try {
      return await run();
    } finally {
      await postgres.stop();
    }
  } finally {
    folder.close();
    rmSync(folder.path, { recursive: true, force: true });
  }
}

try {
  await main(process.argv[2] ?? OUR_CASES);
} catch (error) {
  say(String(error));
  process.stdout.write('0 passed, 1 failed\n');
  process.exitCode = 1;
}
