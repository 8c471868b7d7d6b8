import { rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { TargetsFileError, type WatchedTargets, watchTargets } from '../../src/dispatch/index.ts';
import { SILENT } from '../support/store.ts';
import { folderOf } from './service.ts';

const fileWith = (...names: readonly string[]): string =>
  JSON.stringify({ targets: names.map((name) => ({ name, kind: 'event' })) });

let folder: string;
let file: string;
let targets: WatchedTargets;

beforeEach(async () => {
  folder = await folderOf({ 'targets.yaml': fileWith('first') });
  file = join(folder, 'targets.yaml');
  targets = await watchTargets(file, {}, SILENT, 20);
});
afterEach(() => {
  targets.stop();
});

const names = (): string[] => targets.all.map(({ name }) => name);

test('a file that is written again is followed', async () => {
  expect(targets.state()).toMatchObject({ file, problem: null });
  await writeFile(file, fileWith('second'));
  await expect.poll(names).toEqual(['second', 'event']);
});

test('a file that is replaced, or whose link leads elsewhere, is followed', async () => {
  await writeFile(join(folder, 'other.yaml'), fileWith('other'));
  await rename(join(folder, 'other.yaml'), file);
  await expect.poll(names).toEqual(['other', 'event']);
  await writeFile(join(folder, 'linked.yaml'), fileWith('linked'));
  await symlink('linked.yaml', join(folder, 'link'));
  await rename(join(folder, 'link'), file);
  await expect.poll(names).toEqual(['linked', 'event']);
});

test('a file that is broken or missing changes nothing but the state, until it is whole again', async () => {
  const { loadedAt } = targets.state();
  const error = vi.spyOn(SILENT, 'error');
  await writeFile(file, 'targets: [{ name: broken }]');
  await expect.poll(() => targets.state().problem).toContain('targets[0].kind');
  expect(names()).toEqual(['first', 'event']);
  expect(targets.state().loadedAt).toBe(loadedAt);
  await rm(file);
  await expect.poll(() => targets.state().problem).toContain('cannot be read (ENOENT)');
  expect(names()).toEqual(['first', 'event']);
  expect(error).toHaveBeenCalledTimes(2);
  await writeFile(file, fileWith('third'));
  await expect.poll(names).toEqual(['third', 'event']);
  expect(targets.state().problem).toBeNull();
});

test('a file that is broken from the beginning is refused', async () => {
  await writeFile(file, 'targets: 1');
  await expect(watchTargets(file, {}, SILENT)).rejects.toThrow(TargetsFileError);
});
