import { type EventStream, type Snapshot, evolve } from '../domain/index.ts';
import { SourcingConflict, type StateEvent, snapshotAtVersion, stateEvent } from '../history/index.ts';
import { type Pool, loadSnapshots } from '../store/index.ts';

/** Characters of event streams whose states are kept for those that follow; a state is about as large. */
const MAX_KEPT = 16 * 1024 * 1024;

/** Tells the state after each event stream of the feed. */
export interface StateEvents {
  /**
   * The state events of these streams, in their order; why not, where the stored events of a record do not lead there.
   * @throws StoreUnavailable
   */
  of(streams: readonly Sized[]): Promise<(StateEvent | SourcingConflict)[]>;
}

/** An event stream, and how many characters it has. */
export interface Sized {
  readonly stream: EventStream;
  readonly size: number;
}

/**
 * Streams of one record mostly follow one another, so that each state follows from the one before; where that is not
 * known, the snapshot of the record is it, unless there are newer versions: then all of its events are folded.
 */
export function createStateEvents(pool: Pool): StateEvents {
  const kept = new Map<string, { readonly snapshot: Snapshot; readonly size: number }>();
  let keptSize = 0;

  const forget = (id: string): void => {
    keptSize -= kept.get(id)?.size ?? 0;
    kept.delete(id);
  };
  const keep = (id: string, snapshot: Snapshot, size: number): void => {
    forget(id);
    kept.set(id, { snapshot, size });
    keptSize += size;
    for (const [oldest] of kept) {
      if (keptSize <= MAX_KEPT) break;
      forget(oldest);
    }
  };
  const follows = ({ aggregateId, version }: EventStream): boolean =>
    version === 1 || kept.get(aggregateId)?.snapshot.version === version - 1;

  const after = async (stream: EventStream, stored: Snapshot | undefined): Promise<Snapshot> => {
    const { aggregateId, version } = stream;
    if (follows(stream)) return next(version === 1 ? null : (kept.get(aggregateId)?.snapshot ?? null), stream);
    if (stored?.version === version) return stored;
    const folded = await snapshotAtVersion(pool, aggregateId, version);
    if (folded?.version === version) return folded;
    throw new SourcingConflict(`version ${version} of ${aggregateId} is not stored`);
  };

  const stateOf = async ({ stream, size }: Sized, stored: Snapshot | undefined) => {
    try {
      const snapshot = await after(stream, stored);
      keep(stream.aggregateId, snapshot, size);
      return stateEvent({ stream, snapshot, notBefore: null });
    } catch (error) {
      forget(stream.aggregateId);
      if (error instanceof SourcingConflict) return error;
      throw error;
    }
  };

  return {
    async of(streams) {
      // The first of each record that does not follow from what is known; what comes after it does then.
      const first = new Map([...streams].reverse().map(({ stream }) => [stream.aggregateId, stream]));
      const unknown = [...first.values()].filter((stream) => !follows(stream)).map(({ aggregateId }) => aggregateId);
      const stored = unknown.length === 0 ? new Map<string, Snapshot>() : await loadSnapshots(pool, unknown);
      const found: (StateEvent | SourcingConflict)[] = [];
      for (const sized of streams) found.push(await stateOf(sized, stored.get(sized.stream.aggregateId)));
      return found;
    },
  };
}

/** @throws SourcingConflict where the stream cannot be what was once stored after this */
function next(snapshot: Snapshot | null, stream: EventStream): Snapshot {
  try {
    return evolve(snapshot, stream);
  } catch (error) {
    throw new SourcingConflict((error as Error).message, error);
  }
}
