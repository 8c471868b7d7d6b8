import { rmSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { type DataFolder, openDataFolder } from '../local/data-folder.ts';
import { type Say, say } from '../local/log.ts';
import type { ManagedServer } from '../local/managed-server.ts';
import type { LocalPostgres } from '../local/postgres.ts';
import { provide } from '../local/provision.ts';
import { ROOT } from '../local/settings.ts';
import { type StopSignals, takeStopSignals } from '../local/stop-signals.ts';
import type { TemporalServer } from '../local/temporal-server.ts';
import { openTestFolder } from '../local/test-folder.ts';

/** Where the results of benchmarks are kept; the servers of a run are in a folder below, which goes with them. */
export const RESULTS = join(ROOT, '.data', 'bench');
/** Folders of servers that are kept for the next run, since what fills them takes longer than what is measured. */
const KEPT = join(ROOT, '.data', 'bench-kept');

/** Postgres and Temporal of one run, which both sides of a comparison use. */
export interface Servers extends StopSignals {
  readonly folder: DataFolder;
  readonly say: Say;
  /** Tells databases and namespaces of this run from others; of kept servers they are the same in every run. */
  readonly tag: string;
  /** `host:port`. */
  readonly temporalAddress: string;
  /** The URL of the database that is there from the start. */
  readonly postgresUrl: string;
  /** The first processes of each, which have started all others; none: it runs elsewhere, and its CPU is not ours to read. */
  temporalPids(): readonly number[];
  postgresPids(): readonly number[];
  /** The Temporal of the run, to be stopped and started; null: it runs elsewhere. */
  readonly temporal: Pick<ManagedServer, 'start' | 'stop'> | null;
  /** The Postgres in which Temporal keeps all; null: it has none, or it is not ours to read. */
  readonly temporalPostgres: LocalPostgres | null;
  /** Makes an empty database of this run where there is none; returns its URL. */
  createDatabase(name: string): Promise<string>;
}

/**
 * Provides new servers for `work`, or databases of its own on those that BENCH_DATABASE_URL and BENCH_TEMPORAL_ADDRESS name.
 * What is `kept` under a name is there again in the next run, with its databases. A `real` Temporal server takes the place of
 * the development server.
 */
export async function withServers<Result>(
  work: (servers: Servers) => Promise<Result>,
  kept: string | null,
  real: TemporalServer | null,
): Promise<Result> {
  const signals = takeStopSignals();
  const folder = await (kept === null ? openTestFolder(RESULTS, say) : openDataFolder(join(KEPT, kept), say));
  const tag = kept === null ? String(process.pid) : 'kept';
  try {
    const provision = await provide({ folder, say, env: environment(real), ...signals });
    const postgresUrl = provision.postgres?.url('postgres') ?? process.env['BENCH_DATABASE_URL'] ?? '';
    const made: string[] = [];
    try {
      return await work({
        ...signals,
        folder,
        say,
        tag,
        postgresUrl,
        temporalAddress: provision.temporal?.address ?? temporalAddress(real) ?? '',
        temporalPids: () => pidsOf([provision.temporal, real, real?.postgres]),
        postgresPids: () => pidsOf([provision.postgres]),
        temporal: provision.temporal ?? real,
        temporalPostgres: real?.postgres ?? null,
        async createDatabase(name) {
          const database = `bench_${tag}_${name}`;
          const found = await queryOnce(postgresUrl, 'select from pg_database where datname = $1', [database]);
          if (found.length === 0) {
            await queryOnce(postgresUrl, `create database ${database}`);
            if (kept === null) made.push(database);
          }
          const url = new URL(postgresUrl);
          url.pathname = `/${database}`;
          return url.href;
        },
      });
    } finally {
      for (const database of made) await queryOnce(postgresUrl, `drop database ${database} with (force)`);
      await provision.stop();
    }
  } finally {
    folder.close();
    if (kept === null) rmSync(folder.path, { recursive: true, force: true });
  }
}

const pidsOf = (servers: readonly (ManagedServer | null | undefined)[]): number[] =>
  servers.flatMap((server) => server?.pid() ?? []);

/** Undefined: the development server is started. */
const temporalAddress = (real: TemporalServer | null): string | undefined =>
  real?.address ?? process.env['BENCH_TEMPORAL_ADDRESS'];

/** What the person has set for other purposes does not count: a benchmark fills databases. */
function environment(real: TemporalServer | null): NodeJS.ProcessEnv {
  const names = Object.keys(process.env).filter((name) => /^(DATABASE_URL$|TEMPORAL_|POSTGRES_)/.test(name));
  return {
    ...process.env,
    ...Object.fromEntries(names.map((name) => [name, undefined])),
    DATABASE_URL: process.env['BENCH_DATABASE_URL'],
    TEMPORAL_ADDRESS: temporalAddress(real),
  };
}

/** Runs one statement on a connection of its own. */
export async function queryOnce<Row extends pg.QueryResultRow>(
  url: string,
  text: string,
  values: readonly unknown[] = [],
): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url, application_name: 'redress bench' });
  await client.connect();
  try {
    return (await client.query<Row>(text, [...values])).rows;
  } finally {
    await client.end();
  }
}
