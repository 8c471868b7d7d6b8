import { execFile } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { type ComposeService, readCompose } from './compose-file.ts';
import { startComposedPostgres } from './composed-postgres.ts';
import { LocalError } from './local-error.ts';
import { createServer, type ManagedServer } from './managed-server.ts';
import { choosePort, LOOPBACK } from './ports.ts';
import type { LocalPostgres, PostgresOptions } from './postgres.ts';
import { ROOT } from './settings.ts';
import { findTemporalServer } from './temporal-server-programs.ts';

const run = promisify(execFile);

const PROBE_TIMEOUT = 2_000;

/** Everything that a Temporal server listens on. */
const PORTS = [
  ...['FRONTEND_GRPC_PORT', 'FRONTEND_HTTP_PORT', 'FRONTEND_MEMBERSHIP_PORT'],
  ...['HISTORY_GRPC_PORT', 'HISTORY_MEMBERSHIP_PORT', 'MATCHING_GRPC_PORT', 'MATCHING_MEMBERSHIP_PORT'],
  ...['WORKER_GRPC_PORT', 'WORKER_MEMBERSHIP_PORT'],
] as const;

/** A Temporal server with a Postgres of its own, which is started and stopped with it. */
export interface TemporalServer extends ManagedServer {
  /** `host:port` of its gRPC service. */
  readonly address: string;
  readonly version: string;
  readonly postgres: LocalPostgres;
}

/**
 * Starts a Temporal server as `docker-compose.yml` has it, with the programs that its images hold built here: the settings,
 * the steps of the schema and the dynamic configuration are read from there. The data folder is of this server alone. It
 * has no namespace yet.
 * @throws LocalError when it cannot be had
 */
export async function startTemporalServer(options: PostgresOptions): Promise<TemporalServer> {
  const { folder, env, say } = options;
  const programs = await findTemporalServer(options);
  const { services } = await readCompose();
  const postgres = await startComposedPostgres(services['temporal-postgres'], options);
  const path = [programs.folder, env['PATH'] ?? ''].join(delimiter);
  const updateSchema = () => runSchemaStep(services['temporal-schema'], postgres, { ...env, PATH: path });
  try {
    await updateSchema();
    const ports: Record<string, string> = {};
    for (const name of PORTS) {
      ports[name] = String(await choosePort(folder, name, { variable: name, value: undefined }, say));
    }
    const server = createServer(
      {
        program: 'temporal',
        title: 'Temporal on Postgres',
        file: join(programs.folder, 'temporal-server'),
        args: ['start'],
        env: { ...settingsOf(services.temporal), ...ports, POSTGRES_SEEDS: LOOPBACK, DB_PORT: String(postgres.port) },
        // By way of its frontend to its database.
        async probe() {
          const url = `http://${LOOPBACK}:${ports['FRONTEND_HTTP_PORT'] ?? ''}/api/v1/namespaces`;
          const response = await fetch(url, { signal: AbortSignal.timeout(PROBE_TIMEOUT) });
          await response.body?.cancel();
          if (!response.ok) throw new Error(`status ${response.status}`);
        },
      },
      options,
    );
    await server.start();
    return {
      ...server,
      address: `${LOOPBACK}:${ports['FRONTEND_GRPC_PORT'] ?? ''}`,
      version: programs.version,
      postgres,
      async start() {
        await postgres.start();
        await updateSchema();
        await server.start();
      },
      async stop() {
        await server.stop();
        await postgres.stop();
      },
    };
  } catch (error) {
    await postgres.stop();
    throw error;
  }
}

/** Makes the databases of the server, or brings them up to date. */
async function runSchemaStep(
  { environment, command = [], volumes }: ComposeService,
  { port }: LocalPostgres,
  env: NodeJS.ProcessEnv,
): Promise<void> {
  const [program = '', ...args] = command.map((word) => outside(word, volumes));
  try {
    await run(program, args, { env: { ...env, ...environment, SQL_HOST: LOOPBACK, SQL_PORT: String(port) } });
  } catch (error) {
    throw new LocalError(`The schema of Temporal cannot be made: ${String(error)}`);
  }
}

/** What the container is told, for a program outside of it. */
function settingsOf({ environment, volumes }: ComposeService): Record<string, string> {
  const paths = Object.entries(environment).map(([name, value]) => [name, outside(value, volumes)]);
  return { ...(Object.fromEntries(paths) as Record<string, string>), BIND_ON_IP: LOOPBACK };
}

/** The path on this machine of what a container has mounted; any other word as it is. */
function outside(word: string, volumes: readonly string[]): string {
  const [from] = volumes.map((volume) => volume.split(':')).find(([, inside]) => inside === word) ?? [];
  return from === undefined ? word : join(ROOT, from);
}
