import pg from 'pg';
import { type ManagedServer, createServer, type ServerContext } from './managed-server.ts';
import { choosePort, LOOPBACK } from './ports.ts';
import { findPostgres } from './postgres-binaries.ts';
import { freeCluster, openCluster, SUPERUSER } from './postgres-cluster.ts';
import { asPostgresUser } from './postgres-user.ts';

const DATABASE = 'redress';
const PROBE_TIMEOUT = 2_000;

/** The Postgres of a data folder. */
export interface LocalPostgres extends ManagedServer {
  readonly port: number;
  /** The URL of a database of it, as its superuser. Holds the password. */
  url(database?: string): string;
}

export interface PostgresOptions extends ServerContext {
  readonly env: NodeJS.ProcessEnv;
  /** Whether a commit survives a crash of the whole machine; tests do without. */
  readonly durable: boolean;
}

/**
 * Starts the Postgres of a data folder, making it where there is none, and the database of the records in it.
 * @throws LocalError when it cannot be had
 */
export async function startPostgres(options: PostgresOptions): Promise<LocalPostgres> {
  const { folder, say, env, durable } = options;
  const binaries = await findPostgres();
  const cluster = await openCluster(binaries, folder, say);
  // An unknown server on the cluster may still hold the port that is remembered.
  await freeCluster(cluster.path);
  const port = await choosePort(folder, 'postgres', { variable: 'POSTGRES_PORT', value: env['POSTGRES_PORT'] }, say);
  const url = (database = DATABASE) => `postgres://${SUPERUSER}:${cluster.password}@${LOOPBACK}:${port}/${database}`;
  const settings = Object.entries(serverSettings(port, durable)).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const args = ['-D', cluster.path, ...settings];
  const command = await asPostgresUser(binaries.postgres, args, cluster.user, [binaries.postgres, cluster.path]);
  const server = createServer(
    {
      program: 'postgres',
      title: 'Postgres',
      ...command,
      env: { LC_ALL: 'C', TZ: 'UTC' },
      prepare: () => freeCluster(cluster.path),
      probe: () =>
        withClient(url('postgres'), async (client) => {
          await client.query('select 1');
        }),
    },
    options,
  );
  await server.start();
  await withClient(url('postgres'), createDatabase);
  return { ...server, port, url };
}

/** Sized for a machine with two cores that runs everything else as well. */
function serverSettings(port: number, durable: boolean): Readonly<Record<string, string | number>> {
  return {
    port,
    listen_addresses: LOOPBACK,
    // The path of a socket may have 107 bytes only, which a data folder deep down exceeds.
    unix_socket_directories: '',
    max_connections: 200,
    shared_buffers: '256MB',
    effective_cache_size: '1GB',
    maintenance_work_mem: '64MB',
    max_wal_size: '1GB',
    random_page_cost: 1.1,
    jit: 'off',
    fsync: durable ? 'on' : 'off',
    synchronous_commit: durable ? 'on' : 'off',
    full_page_writes: durable ? 'on' : 'off',
    timezone: 'UTC',
    log_timezone: 'UTC',
    log_line_prefix: '%m [%p] %a ',
  };
}

async function createDatabase(client: pg.Client): Promise<void> {
  const { rowCount } = await client.query('select from pg_database where datname = $1', [DATABASE]);
  if (rowCount === 0) await client.query(`create database ${DATABASE}`);
}

/** Does something on a connection of its own. */
export async function withClient(connectionString: string, work: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client({
    connectionString,
    connectionTimeoutMillis: PROBE_TIMEOUT,
    application_name: 'redress local',
  });
  // An error between two queries; the query that runs into it rejects as well.
  client.on('error', () => undefined);
  try {
    await client.connect();
    await work(client);
  } finally {
    await client.end();
  }
}
