import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';

const run = promisify(execFile);

const TOOLS = join(import.meta.dirname, '..', '..', 'tools');

const hasGo = await run('go', ['version'], { cwd: '/', env: { ...process.env, GOTOOLCHAIN: 'local' } }).then(
  () => true,
  () => false,
);
if (!hasGo) console.warn('NOT RUN: Go is not installed, which builds the programs of tools/go.mod.');

describe.skipIf(!hasGo)('the programs of tools/go.mod', () => {
  // A machine that has built them before shows nothing of it when a checksum is missing.
  test('have each of their sources, and its checksum, where nothing was built before', async () => {
    const { stdout } = await run('go', ['list', '-mod=readonly', '-deps', 'tool'], { cwd: TOOLS, maxBuffer: 2 ** 24 });
    expect(stdout.split('\n')).toEqual(
      expect.arrayContaining([
        'github.com/temporalio/cli/cmd/temporal',
        'go.temporal.io/server/cmd/server',
        'go.temporal.io/server/cmd/tools/sql',
      ]),
    );
  }, 300_000);
});
