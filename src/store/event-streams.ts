import type { EventStream } from '../domain/index.ts';
import type { Pool, Statement } from './pools.ts';

const LOAD: Statement = {
  name: 'event-stream.load',
  text: `select document from redress.event_stream
where aggregate_id = $1 and version between $2 and $3 order by version limit $4`,
};

/** The versions `head` to `tail` of a record, both inclusive, ascending, `limit` at most. */
export async function loadEventStreams(
  pool: Pool,
  id: string,
  head: number,
  tail: number,
  limit: number,
): Promise<EventStream[]> {
  const rows = await pool.query<{ document: EventStream }>(LOAD, [id, head, tail, limit]);
  return rows.map((row) => row.document);
}
