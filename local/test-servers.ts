import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { DataFolder } from './data-folder.ts';
import { say } from './log.ts';
import { provide } from './provision.ts';
import { ROOT } from './settings.ts';
import { type StopSignals, takeStopSignals } from './stop-signals.ts';
import { openTestFolder } from './test-folder.ts';

/** What runs between the start and the end of the servers. */
export interface TestRun extends StopSignals {
  /** The environment of what is run: it says where the servers are. */
  readonly env: NodeJS.ProcessEnv;
  readonly folder: DataFolder;
}

/**
 * Runs something with a Postgres and a Temporal that are its own and gone afterwards, whatever the environment names:
 * tests make and lose databases.
 */
export async function withTestServers<Result>(run: (testRun: TestRun) => Promise<Result>): Promise<Result> {
  const signals = takeStopSignals();
  const folder = await openTestFolder(join(ROOT, '.data', 'test'), say);
  try {
    const env = withoutServers(process.env, folder);
    const provision = await provide({ folder, say, env, durable: false, ...signals });
    try {
      signals.stopping.throwIfAborted();
      const { postgres, temporal } = provision;
      if (postgres === null || temporal === null) throw new Error('the servers of the tests are always our own');
      return await run({
        env: {
          ...(process.stdout.isTTY ? {} : { NO_COLOR: '1' }),
          ...env,
          TEST_DATABASE_URL: postgres.url('postgres'),
          TEST_TEMPORAL_ADDRESS: temporal.address,
          TEST_TEMPORAL_BIN: temporal.cli.file,
        },
        folder,
        ...signals,
      });
    } finally {
      await provision.stop();
    }
  } finally {
    folder.close();
    rmSync(folder.path, { recursive: true, force: true });
  }
}

/** The environment without a word of where servers are, and without a profile of the Temporal CLI that would say so. */
function withoutServers(env: NodeJS.ProcessEnv, folder: DataFolder): NodeJS.ProcessEnv {
  const kept = Object.entries(env).filter(([name]) => name !== 'DATABASE_URL' && !/^(TEMPORAL|POSTGRES)_/.test(name));
  return { ...Object.fromEntries(kept), TEMPORAL_CONFIG_FILE: folder.file('no-profile.toml') };
}
