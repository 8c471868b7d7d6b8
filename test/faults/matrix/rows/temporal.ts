import { setTimeout as sleep } from 'node:timers/promises';
import { Connection } from '@temporalio/client';
import { absenceDuring } from '../absence.ts';
import { seconds } from '../report.ts';
import type { Ground, Row } from '../row.ts';

/** Milliseconds between two restarts. */
const BETWEEN_RESTARTS = 3_000;
const RESTARTS = 3;
/** Of gRPC. */
const NOT_FOUND = 5;

/** What Temporal can suffer. */
export const TEMPORAL_ROWS: readonly Row[] = [
  {
    name: 'temporal-stopped',
    fault: 'Temporal stopped for a while',
    async strike({ temporal, scale }) {
      const { lasted } = await absenceDuring(temporal.address, async () => {
        await temporal.stop();
        await sleep(scale.outage);
        await temporal.start();
      });
      return { sign: { text: `Temporal away for ${seconds(lasted)}`, isSeen: lasted > scale.outage / 2 } };
    },
  },
  {
    name: 'temporal-restarted',
    fault: 'Temporal killed with kill -9 and started again, three times',
    async strike({ temporal }) {
      const { times } = await absenceDuring(temporal.address, async () => {
        for (let round = 0; round < RESTARTS; round += 1) {
          await temporal.kill();
          await temporal.start();
          await sleep(BETWEEN_RESTARTS);
        }
      });
      return { sign: { text: `Temporal away ${times}×`, isSeen: times >= RESTARTS } };
    },
  },
  {
    name: 'temporal-lost',
    fault: "Temporal's database deleted, and Temporal stopped for a while, and many records due",
    hasManyDue: true,
    async strike(ground) {
      const { temporal, scale } = ground;
      const before = await namespaceId(ground);
      let temporalAt = 0;
      const { lasted } = await absenceDuring(temporal.address, async () => {
        await temporal.kill();
        temporalAt = Date.now();
        temporal.deleteDatabase();
        await sleep(scale.outage);
        await temporal.start();
      });
      const after = await namespaceId(ground);
      const namespace = after === null ? 'gone' : after === before ? 'still there' : 'another one';
      const text = `Temporal away for ${seconds(lasted)}, the namespace ${namespace}`;
      const isSeen = lasted > scale.outage / 2 && before !== null && after !== before;
      return { losses: { temporalAt }, sign: { text, isSeen } };
    },
  },
];

/** What Temporal calls the namespace of this row; null: it knows none. */
async function namespaceId({ temporal, namespace }: Ground): Promise<string | null> {
  const connection = await Connection.connect({ address: temporal.address });
  try {
    const { namespaceInfo } = await connection.workflowService.describeNamespace({ namespace });
    return namespaceInfo?.id ?? null;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === NOT_FOUND) return null;
    throw error;
  } finally {
    await connection.close();
  }
}
