import type { EventStream, Snapshot, State, Tags } from '../domain/index.ts';
import type { Pool } from '../store/index.ts';
import { type Version, sourceVersions } from './sourcing.ts';

/** One version of a record with the state after it (contract 4.4). */
export type StateEvent = Omit<EventStream, 'size'> & {
  readonly firstOperator: string;
  readonly firstEventTime: number;
  readonly state: State;
  readonly tags: Tags;
  readonly deleted: boolean;
};

/** Which versions of a record are wanted; what is left out does not restrict. */
export interface VersionRange {
  readonly head?: number | undefined;
  readonly tail?: number | undefined;
  /** At most so many, the first ones. */
  readonly limit?: number | undefined;
}

/** The record as of its newest version that is not above `version`; null where there is no record. @throws as {@link sourceVersions} */
export async function snapshotAtVersion(pool: Pool, id: string, version: number): Promise<Snapshot | null> {
  let last: Snapshot | null = null;
  for await (const { snapshot } of sourceVersions(pool, id, { tail: version })) last = snapshot;
  return last;
}

/** The record as it was at `time`, epoch milliseconds, inclusive; null: it was not there yet. @throws as {@link sourceVersions} */
export async function snapshotAtTime(pool: Pool, id: string, time: number): Promise<Snapshot | null> {
  let last: Snapshot | null = null;
  for await (const { snapshot } of sourceVersions(pool, id)) {
    if (snapshot.eventTime > time) break;
    last = snapshot;
  }
  return last;
}

/** Every wanted version of a record, ascending, each with the state after it. @throws as {@link sourceVersions} */
export async function* traceRecord(pool: Pool, id: string, range: VersionRange): AsyncGenerator<StateEvent> {
  const { head = 1, limit = Number.POSITIVE_INFINITY } = range;
  const tail = Math.min(range.tail ?? Number.POSITIVE_INFINITY, head + limit - 1);
  if (limit === 0) return;
  for await (const version of sourceVersions(pool, id, { tail: Number.isFinite(tail) ? tail : undefined })) {
    if (version.snapshot.version >= head) yield stateEvent(version);
  }
}

/** A version as passive consumers of states get it (contract 4.4). */
export function stateEvent({ stream, snapshot }: Version): StateEvent {
  const { size: _size, body, createTime, ...head } = stream;
  const { firstOperator, firstEventTime, state, tags, deleted } = snapshot;
  return { ...head, firstOperator, firstEventTime, state, tags, deleted, body, createTime };
}
