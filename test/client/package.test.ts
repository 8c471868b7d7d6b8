import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, cp, mkdir, mkdtemp, readFile, readdir, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectRedress } from '../../client/src/index.ts';
import { eventually } from '../support/eventually.ts';
import { type System, openSystem } from '../support/system.ts';
import { SECRET } from './signed.ts';

const run = promisify(execFile);

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const CLIENT = join(ROOT, 'client');
const EXAMPLES = join(CLIENT, 'examples');
const MODULES = join(ROOT, 'node_modules');

/** A project that has the packed client installed, and its dependencies linked. */
let project: string;
let system: System;
/** Where the service of the example listens. */
let port: number;

beforeAll(async () => {
  project = await mkdtemp(join(tmpdir(), 'redress-packed-'));
  await Promise.all([install(), startSystem()]);
});
afterAll(async () => {
  await system.close();
  await rm(project, { recursive: true });
});

async function install(): Promise<void> {
  await run('npm', ['pack', './client', '--pack-destination', project, '--loglevel=error'], { cwd: ROOT });
  const installed = join(project, 'node_modules', '@redress', 'client');
  await mkdir(installed, { recursive: true });
  const [tarball = ''] = (await readdir(project)).filter((name) => name.endsWith('.tgz'));
  await run('tar', ['-xzf', join(project, tarball), '-C', installed, '--strip-components=1']);
  const { dependencies } = JSON.parse(await readFile(join(installed, 'package.json'), 'utf8')) as {
    dependencies: Record<string, string>;
  };
  for (const name of [...Object.keys(dependencies), 'express']) {
    await symlink(join(MODULES, name), join(project, 'node_modules', name));
  }
  await writeFile(join(project, 'package.json'), JSON.stringify({ type: 'module' }));
  await cp(EXAMPLES, project, { recursive: true });
}

/** A Redress that delivers the retries of the examples. */
async function startSystem(): Promise<void> {
  port = await freePort();
  const target = {
    name: 'notices',
    kind: 'http',
    match: { context: 'notice-service' },
    url: `http://127.0.0.1:${port}/retries`,
    secret: SECRET,
    allow: ['127.0.0.1'],
  };
  const file = join(project, 'targets.yaml');
  await writeFile(file, JSON.stringify({ targets: [target] }));
  system = await openSystem({ TARGETS_FILE: file });
}

/** Every Node of this machine that the client is for: that of the tests, and an older one where there is one. */
async function nodes(): Promise<string[]> {
  const paths = (process.env['PATH'] ?? '').split(delimiter).filter((path) => !path.includes('node_modules'));
  const found = [process.execPath];
  for (const path of paths.map((folder) => join(folder, 'node'))) {
    const isThere = await access(path).then(
      () => true,
      () => false,
    );
    if (isThere && Number((await run(path, ['-p', 'process.versions.node'])).stdout.split('.')[0]) >= 20)
      found.push(path);
  }
  // One may be on the path under several names.
  return [...new Set(await Promise.all(found.map((path) => realpath(path))))];
}

describe.concurrent('the packed client', () => {
  it('is imported by every Node that it is for', async ({ expect }) => {
    const code = `
      import { connectRedress, guard, receiveRetries } from '@redress/client';
      import { expressRetries } from '@redress/client/express';
      const door = receiveRetries([], { secret: '${SECRET}' });
      const { status } = await door(new Request('http://localhost/', { method: 'POST', body: '{}' }));
      console.log(typeof connectRedress, typeof guard, typeof expressRetries, status);`;
    for (const node of await nodes()) {
      const { stdout } = await run(node, ['--input-type=module', '-e', code], { cwd: project });
      expect(stdout).toBe('function function function 401\n');
    }
  });

  it('has types that need nothing of Node, and the whole of them is checked', async ({ expect }) => {
    const code = `
      import { connectRedress, onRecord, receiveRetries } from '@redress/client';
      export const door: (request: Request) => Promise<Response> = receiveRetries([], { secret: null });
      const records = await connectRedress('').records.list({ condition: onRecord.eq('state.status', 'FAILED') });
      export const code: string | undefined = records[0]?.state.error.errorCode;
      // @ts-expect-error -- no such status
      onRecord.eq('state.status', 'DONE');`;
    const file = join(project, 'consumer.ts');
    await writeFile(file, code);
    const flags = '--strict --noEmit --target ES2023 --module NodeNext --lib ES2023,DOM,DOM.Iterable'.split(' ');
    const { stdout } = await run(process.execPath, [join(MODULES, 'typescript/bin/tsc'), ...flags, file], {
      cwd: project,
    }).catch((error: unknown) => error as { stdout: string });
    expect(stdout).toBe('');
  });

  it('holds what it needs and nothing else', async ({ expect }) => {
    const installed = join(project, 'node_modules', '@redress', 'client');
    expect((await readdir(installed)).sort()).toEqual(['LICENSE', 'README.md', 'dist', 'package.json']);
  });
});

describe.concurrent('the examples', () => {
  /** Starts an example, as its reader would. */
  function start(name: string) {
    const env = { ...process.env, REDRESS_URL: system.redress.url, REDRESS_SECRET: SECRET, PORT: String(port) };
    const child = spawn(process.execPath, [join(project, name)], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
    const complaints = text(child.stderr);
    const ended = once(child, 'exit');
    return {
      untilSaid: (words: string) =>
        eventually(() => {
          if (!said.includes(words)) throw new Error(`${name} has not said "${words}" but: ${said}`);
        }),
      async end(signal?: NodeJS.Signals): Promise<string> {
        if (signal !== undefined) child.kill(signal);
        await ended;
        expect(await complaints).toBe('');
        return said;
      },
    };
  }

  it('stand in the README as they are', async ({ expect }) => {
    const readme = await readFile(join(CLIENT, 'README.md'), 'utf8');
    const shown = [...readme.matchAll(/<!-- examples\/(.+) -->\n\n```ts\n([^]*?)```/g)].map(([, name, code]) => [
      name,
      code,
    ]);
    const names = (await readdir(EXAMPLES)).sort();
    const files = await Promise.all(names.map(async (name) => [name, await readFile(join(EXAMPLES, name), 'utf8')]));
    expect(shown.sort()).toEqual(files);
  });

  it('report a failure, and have it retried until it succeeds', async ({ expect }) => {
    const receiving = start('receive.ts');
    await receiving.untilSaid('listening');
    const said = await start('report.ts').end();
    const [, id = ''] = /^reported as (\w+)\nwas reported before\n$/.exec(said) ?? [];
    await receiving.untilSaid('sent the receipt for order-4711 at attempt 2');
    await receiving.end('SIGTERM');
    await eventually(async () => {
      expect(await connectRedress(system.redress.url).records.state(id)).toMatchObject({ status: 'SUCCEEDED' });
    });
  });

  it('operate, and execute by the feed what was prepared meanwhile', async ({ expect }) => {
    expect(await start('operate.ts').end()).toMatch(
      /^1 on fire, the newest is \w+\nInvoices\.onOrderShipped: PrinterOnFire\nSENT\nPROCESSED\nSNAPSHOT\n409 \w+\nIllegalState: ExecutionFailed can not retry\.\n$/,
    );
    const reading = start('feed.ts');
    await reading.untilSaid('wrote the invoice for order-1');
    await reading.end('SIGTERM');
  });
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
