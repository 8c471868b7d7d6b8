import { type Machine, describeMachine } from '../../../bench/machine.ts';
import { type FaultServers, startFaultServers } from '../../support/fault-servers.ts';
import type { Result } from './result.ts';
import type { Row } from './row.ts';
import { runRow } from './run-row.ts';
import type { FaultScale } from './scale.ts';

export interface MatrixRun {
  readonly rows: readonly Row[];
  readonly scale: FaultScale;
  /** Aborted when no further row is to be run. */
  readonly stopping: AbortSignal;
  readonly onStart: (row: Row) => void;
  readonly onResult: (result: Result) => void;
}

/**
 * Runs rows one after the other on servers that they share, and tells of each as soon as it is over; returns on what they ran,
 * null where none did.
 */
export async function runMatrix({ rows, scale, stopping, onStart, onResult }: MatrixRun): Promise<Machine | null> {
  let servers: FaultServers | null = null;
  let machine: Machine | null = null;
  try {
    for (const row of rows) {
      if (stopping.aborted) break;
      servers ??= await startFaultServers();
      machine ??= await describeMachine({
        postgresUrl: servers.postgres.url(),
        temporalAddress: servers.temporal.address,
      });
      onStart(row);
      onResult(await runRow(row, servers, scale));
    }
    return machine;
  } finally {
    await servers?.remove();
  }
}
