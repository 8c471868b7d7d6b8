import type { EventStream, Snapshot, State } from '../domain/index.ts';
import { type Pool, loadEventStreams, loadRecord } from '../store/index.ts';

/** What can be read of one record, always as of its newest version. */
export interface Reads {
  /** Null: there is no such record, or it is deleted. @throws StoreUnavailable */
  state(id: string): Promise<State | null>;
  /** As `state`; also null where `ownerId` is not blank and not the record's. @throws StoreUnavailable */
  snapshot(id: string, ownerId: string): Promise<Snapshot | null>;
  /** The versions `head` to `tail`, ascending; of deleted records too. @throws StoreUnavailable */
  events(id: string, head: number, tail: number): Promise<EventStream[]>;
}

/** So many event streams are answered at most; the original refuses to be asked for more (contract 9.1). */
const MAX_EVENT_STREAMS = 1_000;

/** Reads over the pool for queries. */
export function createReads(pool: Pool): Reads {
  const living = async (id: string): Promise<Snapshot | null> => {
    const record = await loadRecord(pool, id);
    return record === null || record.snapshot.deleted ? null : record.snapshot;
  };
  return {
    async state(id) {
      return (await living(id))?.state ?? null;
    },
    async snapshot(id, ownerId) {
      const snapshot = await living(id);
      return snapshot === null || (ownerId !== '' && ownerId !== snapshot.ownerId) ? null : snapshot;
    },
    events: (id, head, tail) => loadEventStreams(pool, id, head, tail, MAX_EVENT_STREAMS),
  };
}
