import { StoreUnusable } from './errors.ts';
import { type Pool, type Statement, run } from './pools.ts';

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
  era = greatest(era + 1, floor(extract(epoch from clock_timestamp()) / 60)::int)
from pg_control_system() cluster returning era`,
};

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
 * it was, everything from now on comes after it. Cursors and checkpoints stay valid.
 * @returns the new era
 */
export async function rebaseFeed(pool: Pool): Promise<number> {
  return pool.transaction(async (client) => {
    await run(client, LOCK, []);
    const [row] = await run<{ era: number }>(client, NEXT_ERA, []);
    if (row === undefined) throw new Error('the row of redress.feed is missing');
    for (const table of ['event_stream', 'redelivery']) {
      await client.query(`alter table redress.${table} alter column era set default ${row.era}`);
    }
    return row.era;
  });
}
