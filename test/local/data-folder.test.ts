import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openDataFolder } from '../../local/data-folder.ts';
import { identify, type ProcessId, readPidFile, writePidFile } from '../../local/pid-file.ts';
import { IDLE, listen, startScript, temporaryFolder, until } from './support.ts';

function idOf({ pid }: { readonly pid: number }): ProcessId {
  const id = identify(pid);
  if (id === null) throw new Error('the script is gone');
  return id;
}

test('one process at a time holds a data folder, and the next one is told which', async () => {
  const path = temporaryFolder();
  const folder = await openDataFolder(path, listen().say);
  await expect(openDataFolder(path, listen().say)).rejects.toThrow(`Process ${process.pid} already runs Redress`);
  folder.close();
  const next = await openDataFolder(path, listen().say);
  next.close();
});

test('the lock of a killed process is taken over', async () => {
  const path = temporaryFolder();
  mkdirSync(join(path, 'run'));
  writePidFile(join(path, 'run', 'redress.pid'), { pid: process.pid, birth: 'long ago' });
  const folder = await openDataFolder(path, listen().say);
  await expect(openDataFolder(path, listen().say)).rejects.toThrow('already runs');
  folder.close();
});

test('of two that take over the lock of a killed process at once, the one whose file was removed gives way', async () => {
  const path = temporaryFolder();
  const lock = join(path, 'run', 'redress.pid');
  mkdirSync(join(path, 'run'));
  writePidFile(lock, { pid: process.pid, birth: 'long ago' });
  const other = await startScript(IDLE);
  const opening = openDataFolder(path, listen().say);
  await until(() => readPidFile(lock) !== null);
  writePidFile(lock, idOf(other));
  await expect(opening).rejects.toThrow(`Process ${other.pid} already runs`);
});

test('what a killed start left running is ended', async () => {
  const path = temporaryFolder();
  const leftover = await startScript(IDLE);
  mkdirSync(join(path, 'run'));
  writePidFile(join(path, 'run', 'temporal.pid'), idOf(leftover));
  const { say, said } = listen();
  const folder = await openDataFolder(path, say);
  folder.close();
  await until(() => leftover.signalCode !== null);
  expect(said.join()).toContain(`temporal process ${leftover.pid}`);
});

test('another program that has the id of a dead server by now is left alone', async () => {
  const path = temporaryFolder();
  const stranger = await startScript(IDLE);
  mkdirSync(join(path, 'run'));
  writePidFile(join(path, 'run', 'postgres.pid'), { pid: stranger.pid, birth: 'long ago' });
  const folder = await openDataFolder(path, listen().say);
  folder.close();
  expect(stranger.signalCode).toBeNull();
});

test('a data folder that cannot be made is refused with the setting that helps', async () => {
  const file = join(temporaryFolder(), 'file');
  writeFileSync(file, '');
  await expect(openDataFolder(join(file, 'data'), listen().say)).rejects.toThrow('Choose another one with DATA_DIR');
});
