import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';
import { makeWorkFolder } from '../../local/work-folder.ts';
import { IDLE, startScript, temporaryFolder, until } from './support.ts';

test('a work folder stands beside its goal', async () => {
  const cache = join(temporaryFolder(), 'not', 'there', 'yet');
  const folder = await makeWorkFolder(join(cache, 'temporal'));
  expect(existsSync(folder)).toBe(true);
  expect(readdirSync(cache)).toEqual([basename(folder)]);
});

test('the work folder of a process that was killed is removed, that of a running one is kept', async () => {
  const cache = temporaryFolder();
  const [killed, running] = [await startScript(IDLE), await startScript(IDLE)];
  killed.kill('SIGKILL');
  await until(() => killed.signalCode !== null);
  for (const { pid } of [killed, running]) mkdirSync(join(cache, `work-${pid}-abc`));
  const own = await makeWorkFolder(join(cache, 'temporal'));
  expect(readdirSync(cache).sort()).toEqual([`work-${running.pid}-abc`, basename(own)].sort());
});

test('a cache folder that cannot be made is refused with the setting that helps', async () => {
  const file = join(temporaryFolder(), 'file');
  writeFileSync(file, '');
  await expect(makeWorkFolder(join(file, 'cache', 'temporal'))).rejects.toThrow('XDG_CACHE_HOME');
});
