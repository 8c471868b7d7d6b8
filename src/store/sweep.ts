import type { Pool, Statement } from './pools.ts';

const SWEPT: Statement = { name: 'sweep.epoch', text: 'select swept_epoch as epoch from redress.temporal' };

const DONE: Statement = { name: 'sweep.done', text: 'update redress.temporal set swept_epoch = $1' };

const NOT_OPEN: Statement = {
  name: 'sweep.not-open',
  text: `select id from unnest($1::text[]) id
where not exists (select from redress.snapshot where aggregate_id = id and open)`,
};

/** Whether workflows that run for no open record were looked for in this Temporal epoch. */
export async function isSwept(pool: Pool, epoch: number): Promise<boolean> {
  const [row] = await pool.query<{ epoch: number }>(SWEPT, []);
  return row !== undefined && row.epoch >= epoch;
}

/** Remembers that they were. */
export async function markSwept(pool: Pool, epoch: number): Promise<void> {
  await pool.query(DONE, [epoch]);
}

/** Those of the ids that no open record has. */
export async function withoutOpenRecord(pool: Pool, ids: readonly string[]): Promise<string[]> {
  const rows = await pool.query<{ id: string }>(NOT_OPEN, [ids]);
  return rows.map(({ id }) => id);
}
