import { Client, Connection, WorkflowNotFoundError } from '@temporalio/client';
import { WORKFLOW_TYPE, recordId, workflowId } from '../../src/temporal/names.ts';
import type { Stored } from './fault-records.ts';

/** Requests to Temporal that are under way at a time. */
const PARALLEL = 16;
const RUNNING = `WorkflowType = '${WORKFLOW_TYPE}' and ExecutionStatus = 'Running'`;

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
  return withClient(address, namespace, (client) => describe(client, ids));
}

async function describe({ workflow }: Client, ids: Iterable<string>): Promise<WorkflowState[]> {
  const queue = [...ids];
  const states: WorkflowState[] = [];
  const work = async (): Promise<void> => {
    for (let id = queue.shift(); id !== undefined; id = queue.shift()) {
      try {
        const { status, startTime, raw } = await workflow.getHandle(workflowId(id)).describe();
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
}

/**
 * Every open record without a running workflow, every workflow that has nothing to do, and every one whose task is tried
 * again: because it fails, or because its worker was killed. The latter is over in seconds: ask again before it is held against
 * anybody.
 */
export async function brokenWorkflows(address: string, { records }: Stored, namespace = 'default'): Promise<string[]> {
  const open = new Map(records.map((record) => [record.id, record.open]));
  const states = await withClient(address, namespace, async (client) => {
    const ids = new Set(open.keys());
    // Those of records that were lost are found nowhere else.
    for await (const running of client.workflow.list({ query: RUNNING })) {
      const id = recordId(running.workflowId);
      if (id !== null) ids.add(id);
    }
    return describe(client, ids);
  });
  return states.flatMap(({ id, status, attempts }) => {
    const isRunning = status === 'RUNNING';
    if (attempts > 1) return [`${id}: its workflow task was tried ${attempts} times`];
    if (open.get(id) === true) return isRunning ? [] : [`${id} is open and its workflow is ${status ?? 'missing'}`];
    return isRunning ? [`${id} ${open.has(id) ? 'is over' : 'is not stored'} and its workflow still runs`] : [];
  });
}

async function withClient<Result>(
  address: string,
  namespace: string,
  work: (client: Client) => Promise<Result>,
): Promise<Result> {
  const connection = await Connection.connect({ address });
  try {
    return await work(new Client({ connection, namespace }));
  } finally {
    await connection.close();
  }
}
