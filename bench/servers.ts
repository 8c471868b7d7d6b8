import { rmSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import type { DataFolder } from '../local/data-folder.ts';
import { type Say, say } from '../local/log.ts';
import type { ManagedServer } from '../local/managed-server.ts';
import { provide } from '../local/provision.ts';
import { ROOT } from '../local/settings.ts';
import { type StopSignals, takeStopSignals } from '../local/stop-signals.ts';
import { openTestFolder } from '../local/test-folder.ts';

/** Where the results of benchmarks are kept; the servers of a run are in a folder below, which goes with them. */
export const RESULTS = join(ROOT, '.data', 'bench');

/** Postgres and Temporal of one run, which both sides of a comparison use. */
export interface Servers extends StopSignals {
  readonly folder: DataFolder;
  readonly say: Say;
  /** `host:port`. */
  readonly temporalAddress: string;
  /** The URL of the database that is there from the start. */
  readonly postgresUrl: string;
  /** Null: it runs elsewhere, and its CPU is not ours to read. */
  temporalPid(): number | null;
  postgresPid(): number | null;
  /** The Temporal of the run, to be stopped and started; null: it runs elsewhere. */
  readonly temporal: Pick<ManagedServer, 'start' | 'stop'> | null;
  /** Makes an empty database of this run; returns its URL. */
  createDatabase(name: string): Promise<string>;
}

/** Provides new servers for `work`, or databases of its own on those that BENCH_DATABASE_URL and BENCH_TEMPORAL_ADDRESS name. */
export async function withServers<Result>(work: (servers: Servers) => Promise<Result>): Promise<Result> {
  const signals = takeStopSignals();
  const folder = await openTestFolder(RESULTS, say);
  try {
    const provision = await provide({ folder, say, env: environment(), ...signals });
    const postgresUrl = provision.postgres?.url('postgres') ?? process.env['BENCH_DATABASE_URL'] ?? '';
    const made: string[] = [];
    try {
      return await work({
        ...signals,
        folder,
        say,
        postgresUrl,
        temporalAddress: provision.temporal?.address ?? process.env['BENCH_TEMPORAL_ADDRESS'] ?? '',
        temporalPid: () => provision.temporal?.pid() ?? null,
        postgresPid: () => provision.postgres?.pid() ?? null,
        temporal: provision.temporal,
        async createDatabase(name) {
          const database = `bench_${process.pid}_${name}`;
          await queryOnce(postgresUrl, `create database ${database}`);
          made.push(database);
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
    rmSync(folder.path, { recursive: true, force: true });
  }
}

/** What the person has set for other purposes does not count: a benchmark fills databases. */
function environment(): NodeJS.ProcessEnv {
  const names = Object.keys(process.env).filter((name) => /^(DATABASE_URL$|TEMPORAL_|POSTGRES_)/.test(name));
  return {
    ...process.env,
    ...Object.fromEntries(names.map((name) => [name, undefined])),
    DATABASE_URL: process.env['BENCH_DATABASE_URL'],
    TEMPORAL_ADDRESS: process.env['BENCH_TEMPORAL_ADDRESS'],
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
