import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { type DataFolder, openDataFolder } from '../../local/data-folder.ts';
import { choosePort, isPortFree } from '../../local/ports.ts';
import { listen, temporaryFolder } from './support.ts';

async function openFolder(): Promise<DataFolder> {
  const folder = await openDataFolder(temporaryFolder(), listen().say);
  onTestFinished(() => {
    folder.close();
  });
  return folder;
}

/** Listens on a port until the test is over. */
async function take(port = 0): Promise<number> {
  const server = createServer().listen(port, '127.0.0.1');
  onTestFinished(() => {
    server.close();
  });
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

const choose = (folder: DataFolder, value?: string, say = listen().say) =>
  choosePort(folder, 'postgres', { variable: 'POSTGRES_PORT', value }, say);

test('a port is free until somebody listens on it', async () => {
  const port = await take();
  expect(await isPortFree(port)).toBe(false);
  expect(await isPortFree(port, '0.0.0.0')).toBe(false);
});

test('a host of another machine is refused', async () => {
  await expect(isPortFree(0, '192.0.2.1')).rejects.toThrow('Nobody can listen on 192.0.2.1');
});

test('a server keeps its port from start to start', async () => {
  const folder = await openFolder();
  expect(await choose(folder)).toBe(await choose(folder));
});

test('several servers choose at the same time and all are remembered', async () => {
  const folder = await openFolder();
  const names = ['a', 'b', 'c'];
  const all = () =>
    Promise.all(names.map((name) => choosePort(folder, name, { variable: '', value: '' }, listen().say)));
  expect(await all()).toEqual(await all());
});

test('a remembered port that is taken gives way to a new one', async () => {
  const folder = await openFolder();
  const port = await take(await choose(folder));
  const { say, said } = listen();
  expect(await choose(folder, undefined, say)).not.toBe(port);
  expect(said.join()).toContain(`Port ${port}`);
});

test('a port that was asked for is used', async () => {
  expect(await choose(await openFolder(), '23456')).toBe(23_456);
});

test('a port that was asked for and is taken is refused', async () => {
  const port = await take();
  await expect(choose(await openFolder(), String(port))).rejects.toThrow(`set POSTGRES_PORT to another port`);
});

test.each(['0', '65536', 'x', '-1'])('%s is not a port', async (value) => {
  await expect(choose(await openFolder(), value)).rejects.toThrow('POSTGRES_PORT must be a port');
});
