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

/** Runs rows one after the other on servers that they share, and tells of each as soon as it is over. */
export async function runMatrix({ rows, scale, stopping, onStart, onResult }: MatrixRun): Promise<void> {
  let servers: FaultServers | null = null;
  try {
    for (const row of rows) {
      if (stopping.aborted) return;
      servers ??= await startFaultServers();
      onStart(row);
      onResult(await runRow(row, servers, scale));
    }
  } finally {
    await servers?.remove();
  }
}
