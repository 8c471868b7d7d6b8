import { type EventStream, RESERVED_PREFIX, type Snapshot, deadline, evolve } from '../../src/domain/index.ts';
import { type StoredColumns, checkRecord } from './check-events.ts';
import type { FaultServers } from './fault-servers.ts';

/** Everything that the service has stored. */
export interface Stored {
  /** Epoch milliseconds, by the clock of Postgres. */
  readonly readAt: number;
  readonly records: readonly StoredRecord[];
  /** Commands that were refused, by their ids. */
  readonly refusals: ReadonlyMap<string, { readonly code: string; readonly aggregateId: string }>;
}

/** One record with all that happened to it. */
export interface StoredRecord extends StoredColumns {
  readonly id: string;
  readonly streams: readonly EventStream[];
  readonly snapshot: Snapshot | null;
  readonly open: boolean;
  /** The Temporal epoch in which its workflow was started; 0: never. */
  readonly engaged: number;
}

interface RecordRow {
  id: string;
  streams: EventStream[];
  snapshot: Snapshot | null;
  open: boolean | null;
  engaged: number | null;
  deadline: string | null;
  not_before: string | null;
}

const RECORDS = `select coalesce(s.aggregate_id, e.aggregate_id) as id, coalesce(e.streams, '[]') as streams,
  s.document as snapshot, s.open, s.engaged, s.deadline, s.not_before
from redress.snapshot s full join (
  select aggregate_id, jsonb_agg(document order by version) as streams from redress.event_stream group by aggregate_id
) e on e.aggregate_id = s.aggregate_id`;

const REFUSALS = 'select command_id, aggregate_id, code from redress.refusal';

const CLOCK = 'select (extract(epoch from clock_timestamp()) * 1000)::float8 as now';

/** Reads all of it. */
export async function readStored({ query }: Pick<FaultServers, 'query'>): Promise<Stored> {
  const [clock] = await query<{ now: number }>(CLOCK);
  const records = await query<RecordRow>(RECORDS);
  const refusals = await query<{ command_id: string; aggregate_id: string; code: string }>(REFUSALS);
  return {
    readAt: clock?.now ?? 0,
    records: records.map(({ deadline, not_before, open, engaged, ...row }) => ({
      ...row,
      open: open ?? false,
      engaged: engaged ?? 0,
      deadline: deadline === null ? null : Number(deadline),
      notBefore: not_before === null ? null : Number(not_before),
    })),
    refusals: new Map(
      refusals.map(({ command_id, aggregate_id, code }) => [command_id, { code, aggregateId: aggregate_id }]),
    ),
  };
}

/** Every record whose events, snapshot and deadline do not fit together, or that the timer prepared against the rules. */
export function brokenRecords({ records }: Stored): string[] {
  return records.flatMap(({ id, streams, snapshot, ...columns }) =>
    checkRecord(streams, snapshot, columns).map((problem) => `${id}: ${problem}`),
  );
}

/** Every record that should have been prepared more than `tolerance` milliseconds ago. */
export function overdueRecords({ records, readAt }: Stored, tolerance: number): string[] {
  return records.flatMap(({ id, open, deadline, engaged, streams }) => {
    if (!open || deadline === null || deadline >= readAt - tolerance) return [];
    const last = streams.at(-1);
    return [
      `${id}: due since ${Math.round(readAt - deadline)} ms, engaged ${engaged}, version ${streams.length} by ${last?.requestId ?? ''}`,
    ];
  });
}

/** A retry that the timer prepared; all times are epoch milliseconds. */
export interface AutomaticRetry {
  readonly dueAt: number;
  readonly preparedAt: number;
}

/** Every retry that the timer prepared. */
export function automaticRetries({ records }: Stored): AutomaticRetry[] {
  return records.flatMap(({ streams }) => {
    let record: Snapshot | null = null;
    return streams.flatMap((stream) => {
      const before: Snapshot | null = record;
      record = evolve(record, stream);
      if (before === null || !stream.requestId.startsWith(`${RESERVED_PREFIX}retry:`)) return [];
      // A command may have made it due that was given when its time was over already.
      return [{ dueAt: Math.max(deadline(before, null) ?? 0, before.eventTime), preparedAt: stream.createTime }];
    });
  });
}

/** How late the timer prepared each attempt, in milliseconds, ascending. */
export function latenesses(stored: Stored): number[] {
  return automaticRetries(stored)
    .map(({ dueAt, preparedAt }) => preparedAt - dueAt)
    .sort((a, b) => a - b);
}
