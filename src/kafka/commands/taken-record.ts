/** A record of the command topic as it was fetched. */
export interface TakenRecord {
  readonly partition: number;
  readonly offset: bigint;
  /** Epoch milliseconds. */
  readonly timestamp: bigint;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: readonly (readonly [Buffer | null, Buffer | null])[];
}

/** Bytes that it holds in memory. */
export const sizeOf = ({ key, value }: TakenRecord): number => (key?.length ?? 0) + (value?.length ?? 0);
