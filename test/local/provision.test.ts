import { chownSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { type DataFolder, openDataFolder } from '../../local/data-folder.ts';
import { freeCluster } from '../../local/postgres-cluster.ts';
import type { LocalPostgres } from '../../local/postgres.ts';
import { provide, type Provision } from '../../local/provision.ts';
import type { LocalTemporal } from '../../local/temporal.ts';
import { IDLE, listen, startScript, temporaryFolder, until } from './support.ts';

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows.map((row) => Object.values(row)[0]);
  } finally {
    await client.end();
  }
}

describe('with nothing named', () => {
  const root = mkdtempSync(join(tmpdir(), 'redress-local-'));
  const { say, said } = listen();
  let folder: DataFolder;
  let provision: Provision & { readonly postgres: LocalPostgres; readonly temporal: LocalTemporal };

  beforeAll(async () => {
    mkdirSync(join(root, 'temporal'));
    writeFileSync(join(root, 'temporal', '1.0.0.db'), '');
    folder = await openDataFolder(root, say);
    const { PATH, HOME, XDG_CACHE_HOME } = process.env;
    const env = { PATH, HOME, XDG_CACHE_HOME, ...NO_PROFILE };
    const { postgres, temporal, ...rest } = await provide({ folder, say, env });
    if (postgres === null || temporal === null) throw new Error('a server is missing');
    provision = { postgres, temporal, ...rest };
  });

  afterAll(async () => {
    await provision.stop();
    folder.close();
    rmSync(root, { recursive: true, force: true });
  });

  test('the service is told where both are', () => {
    expect(provision.env).toEqual({
      DATABASE_URL: provision.postgres.url(),
      TEMPORAL_ADDRESS: provision.temporal.address,
      TEMPORAL_UI_URL: provision.temporal.uiUrl,
    });
  });

  test('Postgres writes through to the disk and listens on loopback only', async () => {
    const [fsync] = await query(provision.postgres.url(), 'show fsync');
    const [addresses] = await query(provision.postgres.url(), 'show listen_addresses');
    expect({ fsync, addresses }).toEqual({ fsync: 'on', addresses: '127.0.0.1' });
  });

  test('Postgres asks for the password, which only its owner can read', async () => {
    const url = new URL(provision.postgres.url());
    url.password = 'guessed';
    await expect(query(url.href, 'select 1')).rejects.toThrow('password authentication failed');
    expect(statSync(folder.file('postgres.password')).mode & 0o777).toBe(0o600);
  });

  test('what Postgres has committed survives its crash', async () => {
    const { postgres } = provision;
    await query(postgres.url(), 'create table kept as select 42 as answer');
    await postgres.kill();
    await expect(query(postgres.url(), 'select 1')).rejects.toThrow('ECONNREFUSED');
    await postgres.start();
    expect(await query(postgres.url(), 'select answer from kept')).toEqual([42]);
  });

  test('Temporal keeps its namespace over a crash, and loses it with its database', async () => {
    const { temporal } = provision;
    const namespaceId = async () => {
      const answer = await fetch(`${temporal.uiUrl}/api/v1/namespaces/default`);
      return ((await answer.json()) as { namespaceInfo: { id: string } }).namespaceInfo.id;
    };
    const first = await namespaceId();
    await temporal.kill();
    await temporal.start();
    expect(await namespaceId()).toBe(first);
    await temporal.stop();
    temporal.deleteDatabase();
    await temporal.start();
    expect(await namespaceId()).not.toBe(first);
  });

  test('a database of another Temporal version is put aside', () => {
    expect(readdirSync(join(root, 'temporal'))).toContain('1.0.0.db.aside');
    expect(said.join()).toContain('1.0.0.db is of another Temporal version');
  });
});

/** Provides in a folder of its own, which may hold something already. */
async function provideWith(env: NodeJS.ProcessEnv, root = temporaryFolder()): Promise<Provision> {
  const { say } = listen();
  const folder = await openDataFolder(root, say);
  onTestFinished(() => {
    folder.close();
  });
  return provide({ folder, say, env });
}

const NO_PROFILE = { TEMPORAL_CONFIG_FILE: '/no/such/file' };
const GIVEN = { DATABASE_URL: 'postgres://elsewhere/redress', ...NO_PROFILE };

test.each([
  { TEMPORAL_ADDRESS: 'elsewhere:7233' },
  { TEMPORAL_API_KEY: 'secret' },
  { TEMPORAL_TLS_SERVER_NAME: 'elsewhere' },
])('servers that the environment names are used as they are: %o', async (settings) => {
  const provision = await provideWith({ ...GIVEN, ...settings });
  expect(provision).toMatchObject({ postgres: null, temporal: null, env: {} });
});

test('a profile of the Temporal CLI says where Temporal is', async () => {
  const file = join(temporaryFolder(), 'temporal.toml');
  writeFileSync(file, '[profile.cloud]\naddress = "elsewhere:7233"\n');
  const provision = await provideWith({ ...GIVEN, TEMPORAL_CONFIG_FILE: file, TEMPORAL_PROFILE: 'cloud' });
  expect(provision.temporal).toBeNull();
});

test('a profile that does not exist is refused', async () => {
  await expect(provideWith({ ...GIVEN, TEMPORAL_PROFILE: 'cloud' })).rejects.toThrow('TEMPORAL_*');
});

test('a database of another Postgres version is refused, and its version named', async () => {
  const root = temporaryFolder();
  mkdirSync(join(root, 'postgres'));
  // A database never belongs to root.
  if (process.getuid?.() === 0) chownSync(join(root, 'postgres'), 65_534, 65_534);
  writeFileSync(join(root, 'postgres', 'PG_VERSION'), '15\n');
  await expect(provideWith({ TEMPORAL_ADDRESS: 'elsewhere:7233' }, root)).rejects.toThrow('was made by Postgres 15');
});

test('a lock file of Postgres that names another program by now is removed', async () => {
  const cluster = temporaryFolder();
  const stranger = await startScript(IDLE);
  writeFileSync(join(cluster, 'postmaster.pid'), `${stranger.pid}\n${cluster}\n`);
  await freeCluster(cluster);
  expect(readdirSync(cluster)).toEqual([]);
  expect(stranger.signalCode).toBeNull();
});

test('a server that runs on the cluster without being known is ended', async () => {
  const cluster = temporaryFolder();
  const unknown = await startScript(`/* -D ${cluster} */ ${IDLE}`);
  writeFileSync(join(cluster, 'postmaster.pid'), `${unknown.pid}\n${cluster}\n`);
  await freeCluster(cluster);
  await until(() => unknown.signalCode !== null);
  expect(unknown.signalCode).toBe('SIGINT');
});
