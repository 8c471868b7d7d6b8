import type pg from 'pg';
import { StoreBusy, StoreTimeout, storeError } from './errors.ts';

/** Rows of the first batch: few, so that the first one is out early. */
const FIRST_BATCH = 10;
/** Rows of every other batch. With the longest records a batch is about 10 MB. */
const BATCH = 100;
/**
 * Milliseconds that one stream may take. It reads one snapshot of the database to its end, and what is superseded
 * meanwhile cannot be vacuumed. The feed does not wait for it: it reads below the oldest transaction that writes.
 */
const LONGEST = 600_000;

// One plan for all rows rather than the fastest for all of them: the first one is waited for.
const BEGIN = 'begin read only; set local jit = off; set local cursor_tuple_fraction = 0.01';
const DECLARE = 'declare stream no scroll cursor without hold for ';

/** Query results of any length. */
export interface Streams {
  /**
   * Reads the rows of a query through a cursor, batch by batch, as they are asked for. Nothing happens before the first
   * is asked for; the cursor ends with the iteration, however that ends.
   * @throws StoreBusy where every cursor is in use and stays so
   * @throws StoreTimeout where a batch or the whole takes too long
   * @throws StoreUnavailable or StoreRefused
   */
  read<Row extends pg.QueryResultRow>(text: string, values: readonly unknown[]): AsyncGenerator<Row[], void>;
  /** Callers that wait for a cursor right now. */
  waiting(): number;
}

/** Streams over the connections of `pool`, one cursor each. */
export function createStreams(pool: pg.Pool): Streams {
  return {
    async *read<Row extends pg.QueryResultRow>(text: string, values: readonly unknown[]) {
      const client = await connect(pool);
      const end = performance.now() + LONGEST;
      try {
        await client.query(BEGIN);
        await client.query(DECLARE + text, [...values]);
        for (let size = FIRST_BATCH; ; size = BATCH) {
          const { rows } = await client.query<Row>(`fetch ${size} from stream`);
          if (rows.length > 0) yield rows;
          if (rows.length < size) return;
          if (performance.now() > end) throw new StoreTimeout(`the result was not read within ${LONGEST / 1_000} s`);
        }
      } catch (error) {
        throw storeError(error);
      } finally {
        await client.query('rollback').then(
          () => {
            client.release();
          },
          // The connection is beyond use: closing it ends the cursor.
          () => {
            client.release(true);
          },
        );
      }
    },
    waiting: () => pool.waitingCount,
  };
}

async function connect(pool: pg.Pool): Promise<pg.PoolClient> {
  try {
    return await pool.connect();
  } catch (error) {
    const areAllInUse = pool.totalCount >= pool.options.max && pool.idleCount === 0;
    throw areAllInUse ? new StoreBusy(pool.options.max) : storeError(error);
  }
}
