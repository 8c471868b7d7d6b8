import { expect, test } from 'vitest';
import { identify, readPidFile, writePidFile } from '../../local/pid-file.ts';
import { endProcess, inspectProcess, isAlive, signalProcess } from '../../local/processes.ts';
import { join } from 'node:path';
import { writeFileSync } from 'node:fs';
import { IDLE, startScript, STUBBORN, temporaryFolder, until } from './support.ts';

test('a process is known by its command line and the time of its birth', async () => {
  const { pid } = await startScript(IDLE);
  expect(inspectProcess(pid)?.commandLine).toContain('--eval');
  expect(isAlive(pid, inspectProcess(pid)?.birth ?? '')).toBe(true);
  expect(isAlive(pid, 'another birth')).toBe(false);
});

test('a process that has ended is not alive', async () => {
  const child = await startScript(IDLE);
  const birth = inspectProcess(child.pid)?.birth ?? '';
  child.kill('SIGKILL');
  await until(() => child.signalCode !== null);
  expect(isAlive(child.pid, birth)).toBe(false);
});

test('a process that ignores one signal gets the next', async () => {
  const child = await startScript(STUBBORN);
  const birth = inspectProcess(child.pid)?.birth ?? '';
  const steps = [
    ['SIGTERM', 300],
    ['SIGKILL', 2_000],
  ] as const;
  expect(await endProcess(child.pid, birth, steps)).toBe(true);
  await until(() => child.signalCode !== null);
  expect(child.signalCode).toBe('SIGKILL');
});

test('a signal never reaches a later process with the same id', async () => {
  const child = await startScript(IDLE);
  signalProcess(child.pid, 'an earlier birth', 'SIGKILL');
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(child.signalCode).toBeNull();
});

test('a pid file names its process for as long as that lives', async () => {
  const file = join(temporaryFolder(), 'program.pid');
  const child = await startScript(IDLE);
  const id = identify(child.pid);
  if (id === null) throw new Error('the script is gone');
  writePidFile(file, id);
  expect(readPidFile(file)).toEqual(id);
  writePidFile(file, { ...id, birth: 'an earlier birth' });
  expect(readPidFile(file)).toBeNull();
});

test('a pid file that was torn names nobody', () => {
  const file = join(temporaryFolder(), 'program.pid');
  expect(readPidFile(file)).toBeNull();
  writeFileSync(file, '{"pid": 1');
  expect(readPidFile(file)).toBeNull();
});
