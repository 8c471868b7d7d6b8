import { Client, Connection } from '@temporalio/client';
import pg from 'pg';
import type { EventStream, Snapshot } from '../../src/domain/index.ts';
import { type Api, connectApi } from './api.ts';
import { checkRecord } from './check-events.ts';
import { eventually } from './eventually.ts';
import { type Redress, startRedress } from './redress.ts';
import { createDatabase, createNamespaceName, temporalAddress } from './servers.ts';

/** Milliseconds until a fresh namespace is known everywhere in the server and the worker runs. */
const READY_TIMEOUT = 45_000;

type Environment = Readonly<Record<string, string>>;

/** A service of a test with a database and a Temporal namespace of its own, and the means to look behind its door. */
export interface System {
  /** The service that runs now. */
  readonly redress: Redress;
  /** The door of the service that runs now. */
  readonly api: Api;
  readonly databaseUrl: string;
  readonly namespace: string;
  readonly temporal: Client;
  sql<Row extends object>(text: string, values?: readonly unknown[]): Promise<Row[]>;
  /** Starts one more service, or the one again that was ended, on the same servers. */
  start(env?: Environment): Promise<Redress>;
  /** Ends everything. @throws Error about every record that does not keep its promises */
  close(): Promise<void>;
}

/**
 * Starts a service on servers of its own and waits until its worker runs. It reaches Postgres at `postgres`, which is
 * `host:port`, where that is given.
 */
export async function openSystem(env: Environment = {}, { postgres = '' } = {}): Promise<System> {
  const database = await createDatabase();
  const url = new URL(database.url);
  if (postgres !== '') url.host = postgres;
  const namespace = createNamespaceName();
  const connection = await Connection.connect({ address: temporalAddress() });
  const pool = new pg.Pool({ connectionString: database.url, max: 4, application_name: 'redress tests' });
  // A connection that is idle, or still about to close, when its database is dropped has nobody to tell.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  const services: Redress[] = [];
  let redress: Redress | undefined;
  let api: Api | undefined;

  const sql = async <Row extends object>(text: string, values: readonly unknown[] = []): Promise<Row[]> =>
    (await pool.query<Row>(text, [...values])).rows;

  const system: System = {
    get redress() {
      if (redress === undefined) throw new Error('no service was started');
      return redress;
    },
    get api() {
      if (api === undefined) throw new Error('no service was started');
      return api;
    },
    databaseUrl: database.url,
    namespace,
    temporal: new Client({ connection, namespace }),
    sql,
    async start(more = {}) {
      redress = await startRedress({
        DATABASE_URL: url.href,
        TEMPORAL_ADDRESS: temporalAddress(),
        TEMPORAL_NAMESPACE: namespace,
        // Many tests make records at the same time, and look at their workflows at once.
        CREATE_PATH: 'workflow',
        ...env,
        ...more,
      });
      services.push(redress);
      api = connectApi(redress.url);
      await untilReady(redress);
      return redress;
    },
    async close() {
      await Promise.all(services.map((service) => service.stop()));
      const problems = await findProblems(sql);
      await pool.end();
      await connection.close();
      await database.drop();
      if (problems.length > 0) throw new Error(`Records do not keep their promises:\n${problems.join('\n')}`);
    },
  };
  await system.start();
  return system;
}

/** Waits until everything that the service needs answers, and its worker runs. */
async function untilReady(redress: Redress): Promise<void> {
  await eventually(async () => {
    const { status } = await fetch(`${redress.url}/actuator/health`);
    if (status !== 200) throw new Error(`the service is not healthy:\n${redress.log()}`);
  }, READY_TIMEOUT);
}

/** What is wrong with the records of a database, seen from their events. */
async function findProblems(sql: System['sql']): Promise<string[]> {
  const streams = await sql<{ document: EventStream }>(
    'select document from redress.event_stream order by aggregate_id, version',
  );
  const records = await sql<{ document: Snapshot; deadline: string | null; not_before: string | null }>(
    'select document, deadline, not_before from redress.snapshot',
  );
  const byRecord = Map.groupBy(streams, ({ document }) => document.aggregateId);
  const ids = new Set([...byRecord.keys(), ...records.map(({ document }) => document.aggregateId)]);
  return [...ids].flatMap((id) => {
    const row = records.find(({ document }) => document.aggregateId === id);
    const events = (byRecord.get(id) ?? []).map(({ document }) => document);
    const columns =
      row === undefined ? undefined : { deadline: toNumber(row.deadline), notBefore: toNumber(row.not_before) };
    return checkRecord(events, row?.document ?? null, columns).map((problem) => `${id}: ${problem}`);
  });
}

const toNumber = (text: string | null): number | null => (text === null ? null : Number(text));
