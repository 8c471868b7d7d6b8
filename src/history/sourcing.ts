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

/**
 * Every version of a record up to `tail`, ascending, each folded from all the events before it and never from the stored
 * snapshot.
 * @throws SourcingConflict where the events do not follow one another; StoreUnavailable
 */
export async function* sourceVersions(source: Source, id: string, tail = NO_LIMIT): AsyncGenerator<Version> {
  let version: Version | null = null;
  for (;;) {
    const head: number = (version?.snapshot.version ?? 0) + 1;
    const streams = await loadEventStreams(source, id, head, tail, PAGE);
    for (const stream of streams) {
      version = next(version, stream);
      yield version;
    }
    if (streams.length < PAGE) return;
  }
}

function next(version: Version | null, stream: EventStream): Version {
  try {
    const snapshot = evolve(version?.snapshot ?? null, stream);
    return { stream, snapshot, notBefore: notBeforeAfter(version?.notBefore ?? null, stream) };
  } catch (error) {
    if (error instanceof RangeError) throw new SourcingConflict(error.message, error);
    throw error;
  }
}
