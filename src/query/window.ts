import type { Pagination } from './body.ts';

/** Rows beyond are on no page that the original's integers can name. */
const MAX_OFFSET = 2 ** 31 - 1;

/** Which rows of an answer are wanted. */
export interface Window {
  readonly offset: number;
  /** Absent: all rows from the offset on. */
  readonly limit?: number;
}

/** The rows of a page (query contract 2.3): a page before the first is the first, size 0 is all rows, a negative size counts as positive. */
export function pageWindow({ index, size }: Pagination): Window {
  if (size === 0) return { offset: 0 };
  if (size < 0) return { offset: 0, limit: -size };
  const offset = (Math.max(index, 1) - 1) * size;
  return offset > MAX_OFFSET ? { offset: 0, limit: 0 } : { offset, limit: size };
}
