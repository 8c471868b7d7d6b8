import type { Row } from './row.ts';
import { CLOCK_ROW } from './rows/clock.ts';
import { earlierReleaseRow } from './rows/earlier-release.ts';
import { fullDiskRow } from './rows/full-disk.ts';
import { KILL_ROWS } from './rows/kills.ts';
import { NETWORK_ROWS } from './rows/network.ts';
import { POSTGRES_ROWS } from './rows/postgres.ts';
import { RESTORE_ROW } from './rows/restore.ts';
import { TARGETS_ROW } from './rows/targets.ts';
import { TEMPORAL_ROWS } from './rows/temporal.ts';

/** The whole matrix, in the order of its table. */
export const ROWS: readonly Row[] = [
  ...KILL_ROWS,
  ...POSTGRES_ROWS,
  fullDiskRow(),
  RESTORE_ROW,
  ...TEMPORAL_ROWS,
  ...NETWORK_ROWS,
  CLOCK_ROW,
  earlierReleaseRow(),
  TARGETS_ROW,
];
