import { setTimeout as sleep } from 'node:timers/promises';
import type { Row } from '../row.ts';

/** Milliseconds between two restarts. */
const BETWEEN_RESTARTS = 3_000;
const RESTARTS = 3;

/** What Temporal can suffer. */
export const TEMPORAL_ROWS: readonly Row[] = [
  {
    name: 'temporal-stopped',
    fault: 'Temporal stopped for a while',
    async strike({ temporal, scale }) {
      await temporal.stop();
      await sleep(scale.outage);
      await temporal.start();
      return undefined;
    },
  },
  {
    name: 'temporal-restarted',
    fault: 'Temporal killed with kill -9 and started again, three times',
    async strike({ temporal }) {
      for (let round = 0; round < RESTARTS; round += 1) {
        await temporal.kill();
        await temporal.start();
        await sleep(BETWEEN_RESTARTS);
      }
      return undefined;
    },
  },
  {
    name: 'temporal-lost',
    fault: "Temporal's database deleted",
    async strike({ temporal }) {
      await temporal.kill();
      const temporalAt = Date.now();
      temporal.deleteDatabase();
      await temporal.start();
      return { temporalAt };
    },
  },
];
