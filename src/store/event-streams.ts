import type { EventStream } from '../domain/index.ts';
import { type Client, type Pool, type Statement, runOn } from './pools.ts';

const LOAD: Statement = {
  name: 'event-stream.load',
  text: `select document from redress.event_stream
where aggregate_id = $1 and version between $2 and $3 order by version limit $4`,
};

const IDS_AFTER: Statement = {
  name: 'event-stream.ids-after',
  text: `select aggregate_id as id from redress.event_stream
where aggregate_id > $1 and version = 1 order by aggregate_id limit $2`,
};

/** The versions `head` to `tail` of a record, both inclusive, ascending, `limit` at most. */
export async function loadEventStreams(
  on: Client | Pool,
  id: string,
  head: number,
  tail: number,
  limit: number,
): Promise<EventStream[]> {
  const rows = await runOn<{ document: EventStream }>(on, LOAD, [id, head, tail, limit]);
  return rows.map((row) => row.document);
}

/** The ids of at most `limit` records, deleted ones too, that come after `id` in the order of bytes. */
export async function findIdsAfter(pool: Pool, id: string, limit: number): Promise<string[]> {
  const rows = await pool.query<{ id: string }>(IDS_AFTER, [id, limit]);
  return rows.map((row) => row.id);
}
