import type { Row } from './row.ts';
import { fullDiskRow } from './rows/full-disk.ts';
import { KILL_ROWS } from './rows/kills.ts';
import { POSTGRES_ROWS } from './rows/postgres.ts';

/** The whole matrix, in the order of its table. */
export const ROWS: readonly Row[] = [...KILL_ROWS, ...POSTGRES_ROWS, fullDiskRow()];
