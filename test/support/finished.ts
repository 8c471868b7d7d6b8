import type { Entry } from '../../src/domain/index.ts';
import { create, handlerOn, signal } from '../command-handler/handling.ts';
import type { TestStore } from './store.ts';

/** When the finished records of a test came to rest. */
export const FINISHED_AT = Date.UTC(2024, 0, 31, 12);
/** The moment after that. */
export const AFTER = FINISHED_AT + 1;

/** Stores a record that goes through these commands at `now` (epoch milliseconds). @throws Error where one is refused */
export async function storeRecord(
  store: TestStore,
  id: string,
  commands: readonly Entry[],
  now = FINISHED_AT,
): Promise<string> {
  const { outcomes } = await handlerOn(store, { now: () => now }).handle(id, commands, 1);
  const refused = outcomes.find(({ ok }) => !ok);
  if (refused !== undefined) throw new Error(`record ${id} could not be made: ${JSON.stringify(refused)}`);
  return id;
}

/** Stores a record of three events that is SUCCEEDED. */
export const storeSucceeded = (store: TestStore, id: string, now = FINISHED_AT): Promise<string> =>
  storeRecord(
    store,
    id,
    [create(now), signal('prepare_compensation'), signal('apply_execution_success', { executeAt: now })],
    now,
  );

/** Stores a record of two events that is deleted. */
export const storeDeleted = (store: TestStore, id: string, now = FINISHED_AT): Promise<string> =>
  storeRecord(store, id, [create(now), signal('default_delete_aggregate')], now);

/** Stores `count` more records like this one, made inside Postgres. @returns their ids */
export async function storeCopies(store: TestStore, id: string, count: number): Promise<string[]> {
  const like = (document: string): string =>
    `${document} || jsonb_build_object('aggregateId', ${document} ->> 'aggregateId' || '-' || n)`;
  await store.sql(
    `insert into redress.event_stream (document)
select ${like('document')} || jsonb_build_object(
  'commandId', document ->> 'commandId' || '-' || n, 'requestId', document ->> 'requestId' || '-' || n)
from redress.event_stream, generate_series(1, $2::int) n where aggregate_id = $1 order by n, version`,
    [id, count],
  );
  await store.sql(
    `insert into redress.snapshot (document) select ${like('document')}
from redress.snapshot, generate_series(1, $2::int) n where aggregate_id = $1`,
    [id, count],
  );
  return Array.from({ length: count }, (_, index) => `${id}-${index + 1}`);
}

/** How many rows there are of records of which something is missing: events without snapshot, or the other way round. */
export async function halfRecords(store: TestStore): Promise<number> {
  const [row] = await store.sql<{ count: number }>(
    `select count(*)::int as count from (
  select aggregate_id, count(*) as versions from redress.event_stream group by aggregate_id
) e full join redress.snapshot s using (aggregate_id) where e.versions is distinct from s.version`,
  );
  return row?.count ?? Number.NaN;
}
