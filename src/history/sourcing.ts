import { type EventStream, type Snapshot, evolve, notBeforeAfter } from '../domain/index.ts';
import { loadEventStreams } from '../store/index.ts';
import { SourcingConflict } from './sourcing-conflict.ts';

/** A record as of one version, with the event stream that made it so. */
export interface Version {
  readonly stream: EventStream;
  readonly snapshot: Snapshot;
  /** Epoch milliseconds; a target's wish to be left alone until then. */
  readonly notBefore: number | null;
}

/** So many event streams are read at once: a record may have any number of versions, each up to some 100 KB. */
const PAGE = 100;
const NO_LIMIT = 2 ** 31 - 1;

/** Where event streams are read from: a pool, or a client in a transaction. */
type Source = Parameters<typeof loadEventStreams>[0];

/** Which versions are wanted; what is left out does not restrict. */
export interface Wanted {
  /** The one that was there already: those behind it come. */
  readonly after?: Version | null;
  /** The last one. */
  readonly tail?: number | undefined;
}

/**
 * The wanted versions of a record, ascending, each folded from all the events before it and never from the stored
 * snapshot.
 * @throws SourcingConflict where the events do not follow one another; StoreUnavailable
 */
export async function* sourceVersions(source: Source, id: string, wanted: Wanted = {}): AsyncGenerator<Version> {
  const { tail = NO_LIMIT } = wanted;
  let version = wanted.after ?? null;
  for (;;) {
    const streams = await loadEventStreams(source, id, versionAfter(version), tail, PAGE);
    for (const stream of streams) {
      version = next(version, stream);
      yield version;
    }
    if (streams.length < PAGE) break;
  }
  if (versionAfter(version) > tail || tail === NO_LIMIT) return;
  // The tail was not reached: either the record ends before, or there is a gap.
  const [later] = await loadEventStreams(source, id, versionAfter(version), NO_LIMIT, 1);
  if (later !== undefined) next(version, later);
}

const versionAfter = (version: Version | null): number => (version?.snapshot.version ?? 0) + 1;

function next(version: Version | null, stream: EventStream): Version {
  try {
    const snapshot = evolve(version?.snapshot ?? null, stream);
    return { stream, snapshot, notBefore: notBeforeAfter(version?.notBefore ?? null, stream) };
  } catch (error) {
    // Whatever else it is, the stored event is not what was once stored.
    const { message } = error as Error;
    const reason = error instanceof RangeError ? message : `version ${stream.version} cannot be read: ${message}`;
    throw new SourcingConflict(reason, error);
  }
}
