import { pino } from 'pino';
import type { EventStream } from '../../src/domain/index.ts';
import {
  type Pools,
  type StoredRecord,
  createPools,
  loadEventStreams,
  loadRecord,
  migrate,
} from '../../src/store/index.ts';
import { checkRecord } from './check-events.ts';
import { createDatabase } from './servers.ts';

/** A log that says nothing. */
export const SILENT = pino({ level: 'silent' });

/** A migrated database of a test, and the pools of a process on it. */
export interface TestStore extends Pools {
  readonly url: string;
  /** One more set of pools, as another process has. */
  open(): Pools;
  events(id: string): Promise<EventStream[]>;
  /** What is wrong with a record; nothing, if every promise was kept. */
  check(id: string): Promise<string[]>;
  /** The record as it is stored. @throws Error where there is none */
  record(id: string): Promise<StoredRecord>;
  sql<Row extends object>(text: string, values?: readonly unknown[]): Promise<Row[]>;
  close(): Promise<void>;
}

export async function openStore(): Promise<TestStore> {
  const database = await createDatabase();
  await migrate(database.url, SILENT);
  const opened: Pools[] = [];
  const open = (): Pools => {
    const pools = createPools(database.url, SILENT);
    opened.push(pools);
    return pools;
  };
  const pools = open();
  const events = (id: string): Promise<EventStream[]> => loadEventStreams(pools.queries, id, 1, 10_000, 10_000);
  return {
    ...pools,
    url: database.url,
    open,
    events,
    async check(id) {
      const record = await loadRecord(pools.queries, id);
      return checkRecord(await events(id), record?.snapshot ?? null, record ?? undefined);
    },
    async record(id) {
      const record = await loadRecord(pools.queries, id);
      if (record === null) throw new Error(`there is no record ${id}`);
      return record;
    },
    sql: (text, values = []) => pools.queries.query({ name: '', text }, values),
    async close() {
      await Promise.all(opened.map((each) => each.end()));
      await database.drop();
    },
  };
}

/** Cuts the connections of one pool or session, by its name, but not the one that does it. */
export async function cutConnections(store: Pick<TestStore, 'sql'>, name: string): Promise<void> {
  await store.sql(
    `select pg_terminate_backend(pid) from pg_stat_activity
     where application_name = 'redress ' || $1 and datname = current_database() and pid <> pg_backend_pid()`,
    [name],
  );
}
