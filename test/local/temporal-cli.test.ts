import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { pinnedVersion } from '../../local/go-build.ts';
import { findTemporalCli } from '../../local/temporal-cli.ts';
import type { Fulfilment, Wish } from '../../local/temporal-download.ts';
import { isAtLeast, parseVersion } from '../../local/temporal-version.ts';
import { listen, temporaryFolder } from './support.ts';

const RECENT = 'temporal version 1.9.0 (Server 1.32.0, UI 2.51.0)';
const OLD = 'temporal version 1.4.1 (Server 1.28.0, UI 2.39.0)';

/** A program that says of itself what it is told. */
function makeProgram(file: string, version: string): string {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `#!/bin/sh\necho '${version}'\n`, { mode: 0o755 });
  return file;
}

/** Looks on a machine that has nothing but what a test puts there. */
function search(ways: readonly ((wish: Wish) => Promise<Fulfilment>)[] = []) {
  const root = temporaryFolder();
  const [bin, caches] = [join(root, 'bin'), join(root, 'cache')];
  const { say, said } = listen();
  const stopping = new AbortController().signal;
  const env = { PATH: bin, XDG_CACHE_HOME: caches };
  return { bin, caches, said, find: () => findTemporalCli({ env, say, stopping, ways }) };
}

test('a recent temporal on the PATH is used', async () => {
  const { bin, find } = search();
  const file = makeProgram(join(bin, 'temporal'), RECENT);
  expect(await find()).toEqual({ file, serverVersion: '1.32.0' });
});

test('an old temporal on the PATH is passed over and named', async () => {
  const { bin, caches, said, find } = search();
  const old = makeProgram(join(bin, 'temporal'), OLD);
  const cached = makeProgram(join(caches, 'redress', `temporal-${await pinnedVersion()}`, 'temporal'), RECENT);
  expect(await find()).toEqual({ file: cached, serverVersion: '1.32.0' });
  expect(said).toEqual([`${old} is version 1.4.1; at least 1.8.0 is needed, so it is not used.`]);
});

test('what was built before is used, whatever version it was told it has', async () => {
  const { caches, find } = search();
  const cached = join(caches, 'redress', `temporal-${await pinnedVersion()}`, 'temporal');
  makeProgram(cached, 'temporal version 0.0.0-DEV (Server 1.31.2, UI 2.50.1)');
  expect(await find()).toEqual({ file: cached, serverVersion: '1.31.2' });
});

test('the ways to come by one are tried in their order', async () => {
  const refuse = (): Promise<Fulfilment> => Promise.resolve({ ok: false, reason: 'the first way is closed' });
  const make = ({ file }: Wish): Promise<Fulfilment> => {
    makeProgram(file, RECENT);
    return Promise.resolve({ ok: true });
  };
  expect(await search([refuse, make]).find()).toMatchObject({ serverVersion: '1.32.0' });
});

test('where there is no way, the message names what was tried and what helps', async () => {
  const refuse = (): Promise<Fulfilment> => Promise.resolve({ ok: false, reason: 'the only way is closed' });
  const outcome = search([refuse]).find();
  await expect(outcome).rejects.toThrow('the only way is closed');
  await expect(outcome).rejects.toThrow('TEMPORAL_ADDRESS');
});

test('a version is read with the server inside', () => {
  expect(parseVersion(`${RECENT}\n`)).toEqual({ cli: '1.9.0', server: '1.32.0' });
  expect(parseVersion('temporal 1.9.0')).toBeNull();
});

test.each([
  ['1.8.0', '1.8.0', true],
  ['1.10.0', '1.8.0', true],
  ['2.0.0', '1.8.0', true],
  ['1.7.9', '1.8.0', false],
  ['0.0.0-DEV', '1.8.0', false],
  ['go1.26.8', '1.26.4', true],
  ['go1.26', '1.26.4', false],
])('%s is at least %s: %s', (version, needed, holds) => {
  expect(isAtLeast(version, needed)).toBe(holds);
});
