/** Which records of a partition were taken and which of them are processed, told apart by their offsets. */
export interface Offsets {
  /** The record at `offset` was taken: the next one, or one behind a gap, since not everything in a partition is a record. */
  begin(offset: bigint): void;
  /** It is processed. */
  done(offset: bigint): void;
  /** Everything below `offset` was taken, records or not. */
  takenTo(offset: bigint): void;
  /** The first offset that is not taken: where to read on. */
  position(): bigint;
  /** The first offset that is not processed: everything below it is, so that the group may forget that. */
  settled(): bigint;
  /** Records that are taken and not processed. */
  pending(): number;
  /** Records that are kept in mind: pending ones, and those that wait for one before them. */
  span(): number;
}

/** Follows a partition that is read from `start` on. */
export function followOffsets(start: bigint): Offsets {
  /** Whether each of them is processed, in the order of the partition; the first one is not. */
  const taken = new Map<bigint, boolean>();
  let position = start;
  let pending = 0;

  const first = (): bigint | undefined => taken.keys().next().value;

  return {
    begin(offset) {
      taken.set(offset, false);
      pending += 1;
      position = offset + 1n;
    },
    done(offset) {
      if (taken.get(offset) !== false) return;
      taken.set(offset, true);
      pending -= 1;
      for (const [next, isDone] of taken) {
        if (!isDone) return;
        taken.delete(next);
      }
    },
    takenTo(offset) {
      if (offset > position) position = offset;
    },
    position: () => position,
    settled: () => first() ?? position,
    pending: () => pending,
    span: () => taken.size,
  };
}
