import { spawn } from 'node:child_process';
import { LocalError } from './local-error.ts';
import { say } from './log.ts';
import { exitCodeOf } from './service.ts';
import { setting } from './settings.ts';
import { withTestServers } from './test-servers.ts';

/** Runs a script, given with its arguments, against the servers of the tests: those that are named, or its own. */
async function main(args: readonly string[]): Promise<number> {
  if (setting(process.env, 'TEST_DATABASE_URL') && setting(process.env, 'TEST_TEMPORAL_ADDRESS')) {
    return exitCodeOf(spawn(process.execPath, args, { stdio: 'inherit' }));
  }
  return withTestServers(async ({ env, stopping }) => {
    const script = spawn(process.execPath, args, { env, stdio: 'inherit' });
    stopping.addEventListener('abort', () => script.kill());
    return exitCodeOf(script);
  });
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof LocalError)) throw error;
  say(error.message);
  process.exitCode = 1;
}
