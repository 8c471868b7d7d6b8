import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { readPidFile } from '../../local/pid-file.ts';
import { PROGRAMS } from '../../local/stopping.ts';
import { freePort } from '../support/redress.ts';
import { temporaryFolder, until } from './support.ts';

const START = join(import.meta.dirname, '..', '..', 'local', 'start.ts');
/** Milliseconds for the first start, a loaded machine included. */
const SLOWEST_START = 60_000;

interface Run {
  readonly child: ChildProcess;
  /** Everything it has said so far. */
  output(): string;
  runs(): Promise<void>;
  /** Its exit code, once it has ended. */
  ended(): Promise<number | null>;
}

/** `npm start` on a data folder, as npm runs it. */
function start(folder: string, env: NodeJS.ProcessEnv): Run {
  const child = spawn(process.execPath, [START], {
    env: { ...process.env, LOG_LEVEL: 'warn', DATA_DIR: folder, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const exit = once(child, 'exit') as Promise<[number | null]>;
  return {
    child,
    output: () => output,
    async runs() {
      await until(() => output.includes('Redress runs') || child.exitCode !== null, SLOWEST_START);
      expect(output).toContain('Redress runs');
    },
    ended: async () => (await exit)[0],
  };
}

/** The processes that run on the data folder: the service, Temporal, Postgres. */
const running = (folder: string) => PROGRAMS.filter((program) => readPidFile(join(folder, 'run', `${program}.pid`)));

test(
  'everything starts, stops in order, and starts again after a kill',
  async () => {
    const folder = temporaryFolder();
    const env = { PORT: String(await freePort()) };

    const first = start(folder, env);
    onTestFinished(() => {
      first.child.kill();
    });
    await first.runs();
    expect(running(folder)).toEqual(['service', 'temporal', 'postgres']);
    expect(first.output()).toContain(`http://127.0.0.1:${env.PORT}`);

    const second = start(folder, { PORT: String(await freePort()) });
    expect(await second.ended()).toBe(1);
    expect(second.output()).toContain(`Process ${first.child.pid ?? 0} already runs Redress`);

    first.child.kill('SIGKILL');
    await first.ended();
    const third = start(folder, env);
    onTestFinished(() => {
      third.child.kill();
    });
    await third.runs();

    third.child.kill('SIGTERM');
    expect(await third.ended()).toBe(0);
    expect(readdirSync(join(folder, 'run'))).toEqual([]);
    expect(readFileSync(join(folder, 'logs', 'postgres.log'), 'utf8')).toMatch(/database system is shut down\n$/);
  },
  3 * SLOWEST_START,
);

test('a service that ends by itself takes the rest along and hands on its exit code', async () => {
  const folder = temporaryFolder();
  const run = start(folder, { PORT: String(await freePort()), ROLES: 'nonsense' });
  expect(await run.ended()).toBe(1);
  expect(run.output()).toContain('ROLES');
  expect(running(folder)).toEqual([]);
});

test('a port that is taken is refused before anything is started', async () => {
  const folder = temporaryFolder();
  const other = createServer().listen(await freePort(), '127.0.0.1');
  await once(other, 'listening');
  onTestFinished(() => {
    other.close();
  });
  const address = other.address();
  const port = typeof address === 'object' ? String(address?.port) : '';
  const run = start(folder, { PORT: port });
  expect(await run.ended()).toBe(1);
  expect(run.output()).toContain(`Port ${port} is taken by another program`);
  expect(readdirSync(folder)).not.toContain('postgres');
});
