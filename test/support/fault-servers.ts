import { rmSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import type { LocalPostgres } from '../../local/postgres.ts';
import { provide } from '../../local/provision.ts';
import { ROOT } from '../../local/settings.ts';
import type { LocalTemporal } from '../../local/temporal.ts';
import { openTestFolder } from '../../local/test-folder.ts';

/** A Postgres and a Temporal that only this test uses, and may kill. A commit is on the disk when it is answered. */
export interface FaultServers {
  readonly postgres: LocalPostgres;
  readonly temporal: LocalTemporal;
  /** What a service needs in its environment to reach them. */
  readonly env: Readonly<Record<string, string>>;
  /** The path of a file in their folder. */
  file(name: string): string;
  /** What the servers told about their starts and ends. */
  said(): readonly string[];
  /** Reads with a connection of its own, since older ones may be dead. */
  query<Row extends object>(sql: string, values?: readonly unknown[]): Promise<Row[]>;
  /** SIGKILL for both at the same time. */
  kill(): Promise<void>;
  /** Starts both again. */
  start(): Promise<void>;
  /** Stops both and removes everything they have stored. */
  remove(): Promise<void>;
}

/** Provides both in a new folder, whatever the environment names. @throws LocalError */
export async function startFaultServers(): Promise<FaultServers> {
  const said: string[] = [];
  const say = (text: string): void => void said.push(text);
  const folder = await openTestFolder(join(ROOT, '.data', 'test'), say);
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => ['PATH', 'HOME', 'XDG_CACHE_HOME'].includes(name)),
  );
  const remove = (): void => {
    folder.close();
    rmSync(folder.path, { recursive: true, force: true });
  };
  const provision = await provide({ folder, say, env, durable: true }).catch((error: unknown) => {
    remove();
    throw error;
  });
  const { postgres, temporal } = provision;
  if (postgres === null || temporal === null) throw new Error('these servers are always our own');
  return {
    postgres,
    temporal,
    env: provision.env,
    file: (name) => folder.file(name),
    said: () => said,
    query: (sql, values) => queryOnce(postgres.url(), sql, values),
    async kill() {
      await Promise.all([postgres.kill(), temporal.kill()]);
    },
    async start() {
      await Promise.all([postgres.start(), temporal.start()]);
    },
    async remove() {
      await provision.stop();
      remove();
    },
  };
}

/** Runs one statement on a connection of its own, which may break. */
export async function queryOnce<Row extends object>(
  connectionString: string,
  sql: string,
  values: readonly unknown[] = [],
): Promise<Row[]> {
  const client = new pg.Client({ connectionString, application_name: 'redress tests', connectionTimeoutMillis: 5_000 });
  // An error between two queries; the query that runs into it rejects as well.
  client.on('error', () => undefined);
  try {
    await client.connect();
    return (await client.query<Row>(sql, [...values])).rows;
  } finally {
    await client.end();
  }
}
