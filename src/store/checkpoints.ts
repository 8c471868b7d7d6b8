import type { Cursor } from './cursor.ts';
import { type CursorRow, toCursor } from './feed.ts';
import { type Client, type Pool, type Statement, run } from './pools.ts';

const LOAD: Statement = {
  name: 'checkpoint.load',
  text: 'select era, transaction_id, position from redress.checkpoint where subscriber = $1',
};

const SAVE: Statement = {
  name: 'checkpoint.save',
  text: `insert into redress.checkpoint as known (subscriber, era, transaction_id, position) values ($1, $2, $3, $4)
on conflict on constraint checkpoint_key do update
set era = excluded.era, transaction_id = excluded.transaction_id, position = excluded.position
where (known.era, known.transaction_id, known.position) < (excluded.era, excluded.transaction_id, excluded.position)`,
};

const SUBSCRIBE: Statement = {
  name: 'checkpoint.subscribe',
  text: `insert into redress.checkpoint (subscriber, era, transaction_id, position)
select $1, era, pg_snapshot_xmin(pg_current_snapshot()), 0 from redress.feed
on conflict on constraint checkpoint_key do nothing`,
};

/** From now on a subscriber takes what happens; one that is known already goes on where it was. */
export async function subscribeFromNow(pool: Pool, subscriber: string): Promise<void> {
  await pool.query(SUBSCRIBE, [subscriber]);
}

/** How far a subscriber has come; null: it has taken nothing yet. */
export async function loadCheckpoint(client: Client, subscriber: string): Promise<Cursor | null> {
  const [row] = await run<CursorRow>(client, LOAD, [subscriber]);
  return row === undefined ? null : toCursor(row);
}

/** Notes how far a subscriber has come. It never moves back: from a leader that was slow to hear of its end nothing is taken. */
export async function saveCheckpoint(client: Client, subscriber: string, cursor: Cursor): Promise<void> {
  const { era, transactionId, position } = cursor;
  await run(client, SAVE, [subscriber, era, String(transactionId), String(position)]);
}
