import { readdirSync, renameSync, rmSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { createServer, type ManagedServer, type ServerContext } from './managed-server.ts';
import { choosePort, LOOPBACK } from './ports.ts';
import { findTemporalCli, type TemporalCli } from './temporal-cli.ts';

const PROBE_TIMEOUT = 2_000;

/**
 * What the development server does not raise by itself. Its limits per second are made for many tenants, and a queue in
 * several partitions only costs on one machine.
 */
const DYNAMIC_CONFIG: Readonly<Record<string, number>> = {
  'frontend.rps': 20_000,
  'frontend.namespaceRPS': 20_000,
  'history.rps': 20_000,
  'matching.rps': 20_000,
  'matching.numTaskqueueReadPartitions': 1,
  'matching.numTaskqueueWritePartitions': 1,
};

/** The Temporal development server of a data folder. */
export interface LocalTemporal extends ManagedServer {
  /** `host:port` of its gRPC service. */
  readonly address: string;
  readonly uiUrl: string;
  readonly cli: TemporalCli;
  /** Loses all its workflows, as a lost disk would. Only while it is down. */
  deleteDatabase(): void;
}

export interface TemporalOptions extends ServerContext {
  readonly env: NodeJS.ProcessEnv;
}

/**
 * Starts the Temporal server of a data folder; its namespace `default` is there, everything else is up to the service.
 * @throws LocalError when it cannot be had
 */
export async function startTemporal(options: TemporalOptions): Promise<LocalTemporal> {
  const { folder, env, say } = options;
  const cli = await findTemporalCli(options);
  const databases = folder.file('temporal');
  await mkdir(databases, { recursive: true });
  const name = `${cli.serverVersion}.db`;
  putOthersAside(databases, name, options);
  const port = await choosePort(folder, 'temporal', { variable: 'TEMPORAL_PORT', value: env['TEMPORAL_PORT'] }, say);
  const ui = { variable: 'TEMPORAL_UI_PORT', value: env['TEMPORAL_UI_PORT'] };
  const uiPort = await choosePort(folder, 'temporal-ui', ui, say);
  const uiUrl = `http://${LOOPBACK}:${uiPort}`;
  const server = createServer(
    {
      program: 'temporal',
      title: 'Temporal',
      file: cli.file,
      args: [
        ...['server', 'start-dev', '--ip', LOOPBACK, '--port', String(port), '--ui-port', String(uiPort)],
        ...['--db-filename', folder.file('temporal', name)],
        // A crash of this program loses nothing; one of the machine may lose the last moments, which Postgres knows.
        ...['--sqlite-pragma', 'journal_mode=WAL', '--sqlite-pragma', 'synchronous=NORMAL'],
        ...['--ui-disable-news-fetch', '--disable-config-file', '--disable-config-env', '--log-level', 'warn'],
        ...Object.entries(DYNAMIC_CONFIG).flatMap(([key, value]) => ['--dynamic-config-value', `${key}=${value}`]),
      ],
      // Through the UI, so that both are known to serve.
      async probe() {
        const signal = AbortSignal.timeout(PROBE_TIMEOUT);
        const response = await fetch(`${uiUrl}/api/v1/namespaces/default`, { signal });
        await response.body?.cancel();
        if (!response.ok) throw new Error(`status ${response.status}`);
      },
    },
    options,
  );
  await server.start();
  return {
    ...server,
    address: `${LOOPBACK}:${port}`,
    uiUrl,
    cli,
    deleteDatabase() {
      if (server.pid() !== null) throw new Error('stop Temporal before its database is deleted');
      for (const file of filesOf(databases, name)) rmSync(folder.file('temporal', file));
    },
  };
}

/** A database of another version is never migrated; its records are started again from Postgres. */
function putOthersAside(databases: string, name: string, { folder, say }: TemporalOptions): void {
  const others = readdirSync(databases).filter((file) => file.endsWith('.db') && file !== name);
  for (const other of others) {
    for (const file of filesOf(databases, other)) {
      renameSync(folder.file('temporal', file), folder.file('temporal', `${file}.aside`));
    }
    say(
      `${folder.file('temporal', other)} is of another Temporal version and was put aside: workflows are started again.`,
    );
  }
}

/** A database of SQLite: the file and what goes with it. */
const filesOf = (databases: string, name: string): string[] =>
  readdirSync(databases).filter((file) => [name, `${name}-wal`, `${name}-shm`].includes(file));
