import { Client, Connection, WorkflowNotFoundError } from '@temporalio/client';
import type { Stored } from './fault-records.ts';

/** Requests to Temporal that are under way at a time. */
const PARALLEL = 16;
/** A workflow task that fails is tried again; one that has failed so often will not succeed. */
const STUCK_AFTER = 3;

/** What Temporal says about the workflow of a record. */
export interface WorkflowState {
  readonly id: string;
  /** Temporal's word for it; null: there is no workflow. */
  readonly status: string | null;
  readonly startedAt: number;
  /** How often its workflow task was tried; 0: none is to be done. */
  readonly attempts: number;
}

/** Asks Temporal about the workflows of these records. */
export async function describeWorkflows(
  address: string,
  ids: readonly string[],
  namespace = 'default',
): Promise<WorkflowState[]> {
  const connection = await Connection.connect({ address });
  try {
    const { workflow } = new Client({ connection, namespace });
    const queue = [...ids];
    const states: WorkflowState[] = [];
    const work = async (): Promise<void> => {
      for (let id = queue.shift(); id !== undefined; id = queue.shift()) {
        try {
          const { status, startTime, raw } = await workflow.getHandle(`execution_failed/(0)/${id}`).describe();
          const attempts = raw.pendingWorkflowTask?.attempt ?? 0;
          states.push({ id, status: status.name, startedAt: startTime.getTime(), attempts });
        } catch (error) {
          if (!(error instanceof WorkflowNotFoundError)) throw error;
          states.push({ id, status: null, startedAt: 0, attempts: 0 });
        }
      }
    };
    await Promise.all(Array.from({ length: PARALLEL }, work));
    return states;
  } finally {
    await connection.close();
  }
}

/** Every open record without a running workflow, every workflow that is stuck, and every one that has nothing to do. */
export async function brokenWorkflows(address: string, { records }: Stored, namespace = 'default'): Promise<string[]> {
  const open = new Set(records.filter((record) => record.open).map(({ id }) => id));
  const states = await describeWorkflows(
    address,
    records.map(({ id }) => id),
    namespace,
  );
  return states.flatMap(({ id, status, attempts }) => {
    const isRunning = status === 'RUNNING';
    if (attempts > STUCK_AFTER) return [`${id}: its workflow task was tried ${attempts} times`];
    if (open.has(id)) return isRunning ? [] : [`${id} is open and its workflow is ${status ?? 'missing'}`];
    return isRunning ? [`${id} is over and its workflow still runs`] : [];
  });
}
