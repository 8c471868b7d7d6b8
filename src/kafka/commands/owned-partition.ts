import { type Offsets, followOffsets } from './offsets.ts';
import { type TakenRecord, sizeOf } from './taken-record.ts';

/** Records that may be taken and not processed; with twice as many, the next fetch is behind them by then. */
const MAX_PENDING = 256;
/** The same in bytes. A single fetch may go beyond. */
const MAX_BYTES = 8 * 1024 * 1024;
/** Records that may have been processed behind one that is not: after a crash, all of them come again. */
const MAX_SPAN = 10_000;

/** A partition of the command topic, for as long as the group has given it to us. */
export interface OwnedPartition {
  readonly id: number;
  readonly offsets: Offsets;
  /** Aborted when it is ours no longer: what is not processed by then is not for us. */
  readonly lost: AbortSignal;
  /** Whether there is room for more of its records. */
  hasRoom(): boolean;
  /** Takes a record; the returned function says that it is processed. */
  take(record: TakenRecord): () => void;
  /** What the group has as our place. */
  committed: bigint;
  /** The offset behind its last record, as the broker last said. */
  end: bigint;
  lose(): void;
}

export function ownPartition(id: number, start: bigint): OwnedPartition {
  const offsets = followOffsets(start);
  const loss = new AbortController();
  let bytes = 0;
  return {
    id,
    offsets,
    lost: loss.signal,
    committed: start,
    end: start,
    hasRoom: () => offsets.pending() < MAX_PENDING && bytes < MAX_BYTES && offsets.span() < MAX_SPAN,
    take(record) {
      const size = sizeOf(record);
      bytes += size;
      offsets.begin(record.offset);
      return () => {
        bytes -= size;
        offsets.done(record.offset);
      };
    },
    lose() {
      loss.abort();
    },
  };
}
