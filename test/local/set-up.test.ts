import { execFile } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from './support.ts';

const SET_UP = join(import.meta.dirname, '..', '..', 'local', 'set-up.cjs');

const LOCKED = {
  '': { name: 'project' },
  'node_modules/a': { version: '1.0.0', integrity: 'sha-a' },
  'node_modules/only-elsewhere': { version: '1.0.0', integrity: 'sha-e', optional: true },
};
const INSTALLED = { 'node_modules/a': LOCKED['node_modules/a'] };

/** A project whose npm only notes that it was called, and then does what the test says. */
function project({ installed, npm = 'exit 0' }: { installed?: unknown; npm?: string }) {
  const root = temporaryFolder();
  const put = (name: string, content: string, mode = 0o644) => {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), content, { mode });
  };
  put('package-lock.json', JSON.stringify({ packages: LOCKED }));
  if (installed !== undefined) put('node_modules/.package-lock.json', JSON.stringify({ packages: installed }));
  put('bin/npm', `#!/bin/sh\necho "$@" > ${join(root, 'called')}\n${npm}\n`, 0o755);
  mkdirSync(join(root, 'local'));
  copyFileSync(SET_UP, join(root, 'local', 'set-up.cjs'));
  const PATH = [join(root, 'bin'), dirname(process.execPath), process.env['PATH']].join(delimiter);
  const run = () =>
    new Promise<{ code: number; output: string; hasInstalled: boolean }>((resolve) => {
      const env = { ...process.env, PATH, npm_execpath: '' };
      const child = execFile(process.execPath, [join(root, 'local', 'set-up.cjs')], { env }, (_, __, output) => {
        resolve({ code: child.exitCode ?? -1, output, hasInstalled: existsSync(join(root, 'called')) });
      });
    });
  return { put, run };
}

test('an installed tree that matches the lockfile is left alone, without a word', async () => {
  expect(await project({ installed: INSTALLED }).run()).toEqual({ code: 0, output: '', hasInstalled: false });
});

test('a fresh clone is installed', async () => {
  const { code, output, hasInstalled } = await project({}).run();
  expect({ code, hasInstalled }).toEqual({ code: 0, hasInstalled: true });
  expect(output).toContain('Installing 1 packages (npm ci)');
});

test.each([
  ['another version', { 'node_modules/a': { version: '0.9.0', integrity: 'sha-a' } }],
  ['other content', { 'node_modules/a': { version: '1.0.0', integrity: 'sha-other' } }],
  ['nothing', {}],
])('a tree that has %s of a package is installed anew', async (_, installed) => {
  expect(await project({ installed }).run()).toMatchObject({ code: 0, hasInstalled: true });
});

test('a tree whose installation was killed is installed anew', async () => {
  const { put, run } = project({});
  put('node_modules/.package-lock.json', '{"packages": {"node_mod');
  expect(await run()).toMatchObject({ code: 0, hasInstalled: true });
});

test('an installation that fails ends the start', async () => {
  const { code, output } = await project({ npm: 'exit 1' }).run();
  expect(code).toBe(1);
  expect(output).toContain('npm ci failed');
});
