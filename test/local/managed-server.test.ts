import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openDataFolder } from '../../local/data-folder.ts';
import { createServer } from '../../local/managed-server.ts';
import { readPidFile } from '../../local/pid-file.ts';
import { choosePort } from '../../local/ports.ts';
import { listen, temporaryFolder, until } from './support.ts';

const SERVING = `require('http').createServer((_, answer) => answer.end()).listen(process.env.TEST_PORT, '127.0.0.1')`;

/** A server that runs a script, down until it is started, and down again after the test. */
async function serverOf(script: string) {
  const { say, said } = listen();
  const path = temporaryFolder();
  const folder = await openDataFolder(path, say);
  const port = await choosePort(folder, 'test', { variable: '', value: undefined }, say);
  const stopping = new AbortController();
  const hurry = new AbortController();
  const server = createServer(
    {
      program: 'temporal',
      title: 'The server',
      file: process.execPath,
      args: ['--eval', script],
      env: { TEST_PORT: String(port) },
      async probe() {
        await fetch(`http://127.0.0.1:${port}`);
      },
    },
    { folder, say, stopping: stopping.signal, hurry: hurry.signal },
  );
  onTestFinished(async () => {
    await server.kill();
    folder.close();
  });
  return { server, said, stopping, hurry, pidFile: join(path, 'run', 'temporal.pid') };
}

test('a server serves once its start has come to an end, and is noted down', async () => {
  const { server, pidFile } = await serverOf(SERVING);
  expect(server.pid()).toBeNull();
  await server.start();
  expect(readPidFile(pidFile)?.pid).toBe(server.pid());
});

test('a server that was stopped is gone and forgotten', async () => {
  const { server, pidFile } = await serverOf(SERVING);
  await server.start();
  await server.stop();
  expect(server.pid()).toBeNull();
  expect(readPidFile(pidFile)).toBeNull();
});

test('a server that dies by itself is started again', async () => {
  const { server, said } = await serverOf(SERVING);
  await server.start();
  const first = server.pid();
  process.kill(first ?? 0, 'SIGKILL');
  await until(() => said.includes('The server serves again.'));
  expect(server.pid()).not.toBe(first);
  expect(said).toContain('The server ended by itself (SIGKILL): starting it again.');
});

test('a server that was killed on purpose stays down until it is started', async () => {
  const { server, said } = await serverOf(SERVING);
  await server.start();
  await server.kill();
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  expect(server.pid()).toBeNull();
  await server.start();
  expect(server.pid()).not.toBeNull();
  expect(said.join()).not.toContain('by itself');
});

test('a server that was stopped while it died stays down', async () => {
  const { server } = await serverOf(SERVING);
  await server.start();
  process.kill(server.pid() ?? 0, 'SIGKILL');
  await until(() => server.pid() === null);
  await server.stop();
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  expect(server.pid()).toBeNull();
});

test('a server that does not come up is refused with the end of its log', async () => {
  const { server } = await serverOf(`console.error('cannot open the door'); process.exit(3)`);
  await expect(server.start()).rejects.toThrow(/ended while it started:\n.*cannot open the door/);
});

test('a start that is called off leaves nothing behind', async () => {
  const { server, stopping, pidFile } = await serverOf('setTimeout(() => {}, 60_000)');
  const starting = server.start();
  await until(() => server.pid() !== null);
  stopping.abort();
  await expect(starting).rejects.toThrow('aborted');
  expect(server.pid()).toBeNull();
  await server.stop();
  expect(readPidFile(pidFile)).toBeNull();
});

test('a stop that takes long is cut short by a hurry', async () => {
  const { server, hurry } = await serverOf(`process.on('SIGTERM', () => {}); ${SERVING}`);
  await server.start();
  const started = performance.now();
  const stopping = server.stop();
  hurry.abort();
  await stopping;
  expect(server.pid()).toBeNull();
  expect(performance.now() - started).toBeLessThan(1_500);
});
