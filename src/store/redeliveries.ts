import type { Header } from '../domain/index.ts';
import type { MessageKind } from './feed.ts';
import type { Pool, Statement } from './pools.ts';

const REDELIVER_EVENT: Statement = {
  name: 'redelivery.event',
  text: `insert into redress.redelivery (kind, message)
select 'EVENT', document || jsonb_build_object('header', (document -> 'header') || $3::jsonb)
from redress.event_stream where aggregate_id = $1 and version = $2
returning 1`,
};

const REDELIVER: Statement = {
  name: 'redelivery.insert',
  text: `insert into redress.redelivery (kind, message)
select $1, message from unnest($2::jsonb[]) with ordinality as sent (message, number) order by number`,
};

const PRUNE: Statement = {
  name: 'redelivery.prune',
  text: `with old as (
  select era, transaction_id, position from redress.redelivery
  where recorded_at < clock_timestamp() - interval '24 hours' limit $1
)
delete from redress.redelivery using old
where (redelivery.era, redelivery.transaction_id, redelivery.position) = (old.era, old.transaction_id, old.position)
returning 1`,
};

/** Sends the event stream of one version again, with `header` added to its own. False: there is no such version. */
export async function redeliverEvent(pool: Pool, id: string, version: number, header: Header): Promise<boolean> {
  return (await pool.query(REDELIVER_EVENT, [id, version, JSON.stringify(header)])).length > 0;
}

/** Sends these messages again, in this order and at once: the caller sees to it that they are not too many. */
export async function redeliver(pool: Pool, kind: MessageKind, messages: readonly string[]): Promise<void> {
  await pool.query(REDELIVER, [kind, messages]);
}

/** Forgets at most `limit` redeliveries of more than a day ago. @returns how many there were */
export async function pruneRedeliveries(pool: Pool, limit: number): Promise<number> {
  return (await pool.query(PRUNE, [limit])).length;
}
