/** How a stack trace that is too long was stored. Sizes are bytes of UTF-8. */
export interface TraceCut {
  readonly sent: number;
  readonly stored: number;
  /** The last line that is whole before the gap, and how many lines there were. */
  readonly lastLine: number;
  readonly lines: number;
  /** The line that stands in the gap. */
  readonly marker: string;
  /** Whether what is stored around the gap is the beginning and the end of what was sent. */
  readonly isFaithful: boolean;
}

const MARKER = /\n(… \d+ bytes are left out here …)\n/;

/** Compares a stack trace as it was sent with what is stored of it; null: it is stored whole. */
export function compareTraces(sent: string, stored: string): TraceCut | null {
  if (sent === stored) return null;
  const gap = MARKER.exec(stored);
  const head = gap === null ? stored : stored.slice(0, gap.index);
  const tail = gap === null ? '' : stored.slice(gap.index + gap[0].length);
  return {
    sent: Buffer.byteLength(sent),
    stored: Buffer.byteLength(stored),
    lastLine: head.split('\n').length - 1,
    lines: sent.split('\n').length,
    marker: gap?.[1] ?? 'no mark of a gap',
    isFaithful: gap !== null && sent.startsWith(head) && sent.endsWith(tail),
  };
}
