import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { pinnedVersion } from '../../local/go-build.ts';
import { canHaveTemporalServer, findTemporalServer } from '../../local/temporal-server-programs.ts';
import { listen, temporaryFolder } from './support.ts';

/** A machine that has nothing but a shell, and what a test puts into its cache. */
function machine() {
  const caches = temporaryFolder();
  const env = { PATH: temporaryFolder(), XDG_CACHE_HOME: caches };
  const { say, said } = listen();
  const find = () => findTemporalServer({ env, say, stopping: new AbortController().signal });
  return { caches, env, said, find };
}

test('the programs that were built before are used', async () => {
  const { caches, env, said, find } = machine();
  const version = await pinnedVersion('go.temporal.io/server');
  const folder = join(caches, 'redress', `temporal-server-${version}`);
  mkdirSync(folder, { recursive: true });
  for (const name of ['temporal-server', 'temporal-sql-tool']) {
    writeFileSync(join(folder, name), '#!/bin/sh\n', { mode: 0o755 });
  }
  expect(await canHaveTemporalServer(env)).toBe(true);
  expect(await find()).toEqual({ version, folder });
  expect(said).toEqual([]);
});

test('where neither they nor Go are there, the message says which is missing', async () => {
  const { env, find } = machine();
  expect(await canHaveTemporalServer(env)).toBe(false);
  await expect(find()).rejects.toThrow(
    'There is no temporal-server to be had: building it with Go: Go is not installed',
  );
});
