import type { Client, Pools } from './pools.ts';
import { type Statement, run } from './pools.ts';
import { storeError } from './errors.ts';

/** An event stream that waits to be taken in, with where it stands in what it was read from. */
export interface StagedStream {
  readonly aggregateId: string;
  readonly version: number;
  /** Its place in the order of reading, from 1 on. */
  readonly number: number;
  /** For people, e.g. `line 17`. */
  readonly place: string;
  /** As JSON. */
  readonly document: string;
}

/** Where reading goes on. */
export type StagedPlace = Pick<StagedStream, 'aggregateId' | 'version' | 'number'>;

/** Before everything that is staged. */
export const FIRST_STAGED: StagedPlace = { aggregateId: '', version: 0, number: 0 };

/**
 * A table of one session that brings event streams into the order of records and versions, however many they are. It
 * disappears with the session, and holds the right to import meanwhile.
 */
export interface Staging {
  add(streams: readonly StagedStream[]): Promise<void>;
  /** The next ones behind a place, by record, version and number: `count` at most, of `size` bytes at most or one alone. */
  read(after: StagedPlace, limit: { readonly count: number; readonly size: number }): Promise<StagedStream[]>;
  close(): Promise<void>;
}

const LOCK = `select pg_try_advisory_lock(hashtextextended('redress import', 0)) as locked`;

const CREATE = `create temporary table staged_stream (
  aggregate_id text collate "C" not null,
  version int not null,
  number int not null,
  place text not null,
  document text not null,
  size int not null,
  primary key (aggregate_id, version, number)
)`;

const ADD: Statement = {
  name: 'staging.add',
  text: `insert into staged_stream
select *, octet_length(document)
from unnest($1::text[], $2::int[], $3::int[], $4::text[], $5::text[]) as s (aggregate_id, version, number, place, document)`,
};

const READ: Statement = {
  name: 'staging.read',
  text: `select aggregate_id as "aggregateId", version, number, place, document from (
  select *, sum(size) over (order by aggregate_id, version, number) as total from (
    select * from staged_stream where (aggregate_id, version, number) > ($1, $2, $3)
    order by aggregate_id, version, number limit $4
  ) page
) summed
where total <= $5 or total = size order by aggregate_id, version, number`,
};

/**
 * Opens an empty staging table. Null: another session has one.
 * @throws StoreUnavailable, also from all that it does
 */
export async function openStaging(pools: Pools): Promise<Staging | null> {
  const session = await pools.session('import');
  // What breaks between two statements lets the next one fail.
  session.on('error', () => undefined);
  try {
    const { rows } = await session.query<{ locked: boolean }>(LOCK);
    if (rows[0]?.locked !== true) {
      await session.end();
      return null;
    }
    // The planner knows nothing about a table that is new; the key is the only way that stays fast.
    await session.query('set enable_seqscan = off');
    await session.query(CREATE);
  } catch (error) {
    await session.end();
    throw storeError(error);
  }
  return {
    async add(streams) {
      await runSafely(session, ADD, [
        streams.map(({ aggregateId }) => aggregateId),
        streams.map(({ version }) => version),
        streams.map(({ number }) => number),
        streams.map(({ place }) => place),
        streams.map(({ document }) => document),
      ]);
    },
    read: ({ aggregateId, version, number }, { count, size }) =>
      runSafely(session, READ, [aggregateId, version, number, count, size]),
    close: () => session.end(),
  };
}

async function runSafely<Row extends object>(client: Client, statement: Statement, values: unknown[]): Promise<Row[]> {
  try {
    return await run<Row>(client, statement, values);
  } catch (error) {
    throw storeError(error);
  }
}
