/** A place in the feed: behind the row that has these three, in this order of weight. */
export interface Cursor {
  /** Rises with every restore into another cluster, where transaction ids begin anew. */
  readonly era: number;
  readonly transactionId: bigint;
  readonly position: bigint;
}

/** Before everything. */
export const BEGINNING: Cursor = { era: 0, transactionId: 0n, position: 0n };

const TEXT = /^(\d{1,9})-(\d{1,19})-(\d{1,18})$/;

/** Below 0 where `a` comes before `b`, 0 where they are the same. */
export function compareCursors(a: Cursor, b: Cursor): number {
  return a.era - b.era || compare(a.transactionId, b.transactionId) || compare(a.position, b.position);
}

/** As it stands on the wire: `<era>-<transaction id>-<position>`, which readers give back unread. */
export const formatCursor = ({ era, transactionId, position }: Cursor): string => `${era}-${transactionId}-${position}`;

/** Null for a text that {@link formatCursor} cannot have made. */
export function parseCursor(text: string): Cursor | null {
  const [, era, transactionId, position] = TEXT.exec(text) ?? [];
  if (era === undefined || transactionId === undefined || position === undefined) return null;
  return { era: Number(era), transactionId: BigInt(transactionId), position: BigInt(position) };
}

const compare = (a: bigint, b: bigint): number => (a < b ? -1 : a > b ? 1 : 0);
