import { StoreUnusable } from './errors.ts';
import { type Client, type Pool, type Statement, run } from './pools.ts';

const SAME_CLUSTER: Statement = {
  name: 'cluster.same',
  text: `select feed.system_identifier = cluster.system_identifier as same
from redress.feed, pg_control_system() cluster`,
};

const LOCK: Statement = {
  name: 'cluster.lock',
  // Waits for what is being written in the old era: when the next one is there, the old one is complete.
  text: 'lock table redress.event_stream, redress.redelivery in access exclusive mode',
};

const NEXT_ERA: Statement = {
  name: 'cluster.next-era',
  // The minute in which it begins: two that begin with the same backup at different times are told apart.
  text: `update redress.feed set system_identifier = cluster.system_identifier,
  era = greatest(era, $2::int, floor(extract(epoch from clock_timestamp()) / 60)::int - 1) + 1
from pg_control_system() cluster where $1::int is null or era = $1 returning era`,
};

const NEXT_EPOCH: Statement = {
  name: 'cluster.next-epoch',
  text: 'update redress.temporal set epoch = greatest(epoch, $1::int) + 1',
};

/** The newest place of an era that was given before then. In the feed's order everything written since follows it. */
const newestBefore = (table: string): Statement => ({
  name: `cluster.newest-before-${table}`,
  text: `select transaction_id, position from redress.${table} where era = $1 and recorded_at < $2::timestamptz
order by era desc, transaction_id desc, position desc limit 1`,
});

/** The place is a value, so that Postgres sees how little follows it, and reads nothing else. */
const takeAfter = (table: string): Statement => ({
  name: `cluster.take-after-${table}`,
  text: `update redress.${table} set era = $2 where era = $1 and (transaction_id, position) > ($3::xid8, $4::bigint)`,
});

interface Place {
  readonly transaction_id: string;
  readonly position: string;
}
const FIRST_PLACE: Place = { transaction_id: '0', position: '0' };

/** An era of the feed and a Temporal epoch. */
interface Standing {
  readonly era: number;
  readonly epoch: number;
}

/** The tables of the feed. */
const TABLES = ['event_stream', 'redelivery'] as const;

/**
 * Sees to it that the feed can go on in this cluster.
 * @throws StoreUnusable in a cluster into which the database was restored: whether the original still runs, and would
 *   retry the same executions, only a person can know
 */
export async function checkCluster(pool: Pool): Promise<void> {
  const [row] = await pool.query<{ same: boolean }>(SAME_CLUSTER, []);
  if (row?.same === true) return;
  throw new StoreUnusable(
    'This database was restored from another Postgres cluster. If the original still runs, use it, or stop it: two would ' +
      'retry the same executions. Then let the event feed go on here with `npm run feed:rebase` (or ' +
      '`node src/main.ts feed rebase`), and start again.',
  );
}

/**
 * Lets the feed go on in the cluster where the database is now, in an era of its own: what was written before stays where
 * it was, everything from now on comes after it. Cursors and checkpoints stay valid. Every open record is looked after anew.
 * @returns the new era
 */
export async function rebaseFeed(pool: Pool): Promise<number> {
  return pool.transaction(async (client) => {
    await run(client, LOCK, []);
    const era = await beginEra(client, null, { era: 0, epoch: 0 });
    if (era === null) throw new Error('the row of redress.feed is missing');
    return era;
  });
}

/**
 * The same for a database that was set back while processes ran on it: what they have written `since` then (a time as text)
 * belongs to the new era too, for its transaction ids had been given before. Era and Temporal epoch come after those `above`,
 * which this database may have forgotten.
 * @returns null where another process has done it, and `era` does not go on any more
 */
export async function rebaseAfterSetBack(
  pool: Pool,
  { era, above, since }: { readonly era: number; readonly above: Standing; readonly since: string },
): Promise<number | null> {
  return pool.transaction(async (client) => {
    await run(client, LOCK, []);
    const next = await beginEra(client, era, above);
    if (next === null) return null;
    for (const table of TABLES) {
      const [place = FIRST_PLACE] = await run<Place & object>(client, newestBefore(table), [era, since]);
      await run(client, takeAfter(table), [era, next, place.transaction_id, place.position]);
    }
    return next;
  });
}

/** Null: the era that goes on is not the one that was `expected`. */
async function beginEra(client: Client, expected: number | null, above: Standing): Promise<number | null> {
  const [row] = await run<{ era: number }>(client, NEXT_ERA, [expected, above.era]);
  if (row === undefined) return null;
  for (const table of TABLES) {
    await client.query(`alter table redress.${table} alter column era set default ${row.era}`);
  }
  await run(client, NEXT_EPOCH, [above.epoch]);
  return row.era;
}
