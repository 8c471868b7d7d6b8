import type { Row } from './row.ts';
import { KILL_ROWS } from './rows/kills.ts';

/** The whole matrix, in the order of its table. */
export const ROWS: readonly Row[] = [...KILL_ROWS];
