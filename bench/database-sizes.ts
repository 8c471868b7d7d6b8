import { readdirSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import type { DataFolder } from '../local/data-folder.ts';
import { type Servers, queryOnce } from './servers.ts';

/** What the tables of the service hold, in bytes with their indexes. */
export interface StoreSizes {
  readonly events: number;
  readonly eventBytes: number;
  readonly snapshots: number;
  readonly snapshotBytes: number;
  /** Bytes of the write-ahead log since the cluster was made. */
  readonly logBytes: number;
}

const SIZES = `select (select count(*) from redress.event_stream)::int as events,
  pg_total_relation_size('redress.event_stream')::float8 as "eventBytes",
  (select count(*) from redress.snapshot)::int as snapshots,
  pg_total_relation_size('redress.snapshot')::float8 as "snapshotBytes",
  pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::float8 as "logBytes"`;

export async function storeSizes(databaseUrl: string): Promise<StoreSizes> {
  const [sizes] = await queryOnce<StoreSizes & object>(databaseUrl, SIZES);
  if (sizes === undefined) throw new Error('there is always one row');
  return sizes;
}

/** Bytes of Temporal's database by what they are for, free pages left out. */
export interface TemporalSizes {
  readonly history: number;
  /** What the server keeps of a workflow beside its history: its state, timers and tasks. */
  readonly state: number;
  readonly visibility: number;
}

/** The databases that `deploy/temporal/schema.sh` makes. */
const KEPT_IN_POSTGRES = ['temporal', 'temporal_visibility'];
const POSTGRES_TABLES = `select relname as name, pg_total_relation_size(oid)::float8 as bytes from pg_class
where relkind = 'r' and relnamespace = 'public'::regnamespace`;
const PAGES = 'select name, sum(pgsize) as bytes from dbstat group by name';
const TABLES = `select coalesce(i.tbl_name, d.name) as name, sum(d.bytes) as bytes
from (${PAGES}) d left join sqlite_schema i on i.name = d.name group by 1`;

/** Null where Temporal's database is not ours to read. */
export async function temporalSizes({ folder, temporalPostgres }: Servers): Promise<TemporalSizes | null> {
  if (temporalPostgres === null) return fileSizes(folder);
  const tables = await Promise.all(
    KEPT_IN_POSTGRES.map((database) => queryOnce<Table & object>(temporalPostgres.url(database), POSTGRES_TABLES)),
  );
  return sumSizes(tables.flat());
}

/** The development server keeps all in one SQLite file; null: there is none. */
function fileSizes(folder: DataFolder): TemporalSizes | null {
  const names = readdirSync(folder.path).includes('temporal') ? readdirSync(folder.file('temporal')) : [];
  const name = names.find((file) => file.endsWith('.db'));
  if (name === undefined) return null;
  const database = new DatabaseSync(folder.file('temporal', name), { readOnly: true });
  try {
    const rows = database.prepare(TABLES).all();
    return sumSizes(rows.map((row) => ({ name: String(row['name']), bytes: Number(row['bytes']) })));
  } finally {
    database.close();
  }
}

interface Table {
  readonly name: string;
  readonly bytes: number;
}

function sumSizes(tables: readonly Table[]): TemporalSizes {
  const sizes = { history: 0, state: 0, visibility: 0 };
  for (const { name, bytes } of tables) {
    if (name.startsWith('history_')) sizes.history += bytes;
    else if (name.startsWith('executions_visibility')) sizes.visibility += bytes;
    else sizes.state += bytes;
  }
  return sizes;
}

/** How the rows of the snapshots were changed: in place, where no index had to follow, or not. */
export interface Updates {
  readonly updates: number;
  readonly inPlace: number;
  readonly dead: number;
  readonly vacuums: number;
}

const UPDATES = `select n_tup_upd::float8 as updates, n_tup_hot_upd::float8 as "inPlace", n_dead_tup::float8 as dead,
  (vacuum_count + autovacuum_count)::float8 as vacuums
from pg_stat_user_tables where relid = 'redress.snapshot'::regclass`;

export async function snapshotUpdates(databaseUrl: string): Promise<Updates> {
  const [updates] = await queryOnce<Updates & object>(databaseUrl, UPDATES);
  if (updates === undefined) throw new Error('there is always one row');
  return updates;
}
