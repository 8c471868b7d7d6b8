import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';

const run = promisify(execFile);

const TOOLS = join(import.meta.dirname, '..', '..', 'tools');
/** Milliseconds in which all sources are fetched where none are there: a quarter of a minute with a quick connection. */
const PATIENCE = 280_000;
/** What Go says where there is no way to its module proxy. */
const UNREACHABLE = /dial tcp|no such host|module lookup disabled/;

// Outside the module, so that it is the Go that is installed and not the one it would fetch.
const hasGo = await run('go', ['version'], { cwd: '/', env: { ...process.env, GOTOOLCHAIN: 'local' } }).then(
  () => true,
  () => false,
);
if (!hasGo) console.warn('NOT RUN: Go is not installed, which builds the programs of tools/go.mod.');

describe.skipIf(!hasGo)('the programs of tools/go.mod', () => {
  // A machine that has built them before shows nothing of it when a checksum is missing.
  test(
    'have each of their sources, and its checksum, where nothing was built before',
    { timeout: 300_000 },
    async ({ skip }) => {
      const env = { ...process.env, CGO_ENABLED: '0' };
      const args = ['list', '-mod=readonly', '-deps', 'tool'];
      const listed = run('go', args, { cwd: TOOLS, env, timeout: PATIENCE, maxBuffer: 2 ** 24 });
      const { stdout } = await listed.catch((error: unknown) => {
        if (!UNREACHABLE.test(String(error))) throw error;
        return skip(`NOT RUN: the sources are not on this machine, and cannot be fetched: ${String(error)}`);
      });
      expect(stdout.split('\n')).toEqual(
        expect.arrayContaining([
          'github.com/temporalio/cli/cmd/temporal',
          'go.temporal.io/server/cmd/server',
          'go.temporal.io/server/cmd/tools/sql',
        ]),
      );
    },
  );
});
