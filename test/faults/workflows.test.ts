import { Connection } from '@temporalio/client';
import proto from '@temporalio/proto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { TASK_QUEUE } from '../../src/temporal/names.ts';
import type { Stored } from '../support/fault-records.ts';
import { brokenWorkflows } from '../support/fault-workflows.ts';
import { temporalAddress } from '../support/servers.ts';
import { type Stage, createStage, over } from '../support/stage.ts';

const { WORKFLOW_TASK_FAILED_CAUSE_NON_DETERMINISTIC_ERROR: NON_DETERMINISTIC } =
  proto.temporal.api.enums.v1.WorkflowTaskFailedCause;
/** Milliseconds, of which each step takes a few hundred. */
const PATIENCE = 10_000;

let stage: Stage;
let connection: Connection;

beforeAll(async () => {
  stage = await createStage();
  connection = await Connection.connect({ address: temporalAddress() });
});
afterAll(async () => {
  await connection.close();
  await stage.leave();
});

/** What the checker says where these records are stored, all of them open. */
const broken = (...ids: string[]): Promise<string[]> => {
  const rest = { streams: [], snapshot: null, open: true, engaged: 1, deadline: null, notBefore: null };
  const stored: Stored = { readAt: 0, records: ids.map((id) => ({ id, ...rest })), refusals: new Map() };
  return brokenWorkflows(temporalAddress(), stored, stage.namespace);
};

/** Takes the next workflow task, as a worker does. */
async function takeTask() {
  const { namespace } = stage;
  const taskQueue = { name: TASK_QUEUE };
  const { taskToken } = await connection.withDeadline(Date.now() + PATIENCE, () =>
    connection.workflowService.pollWorkflowTaskQueue({ namespace, taskQueue }),
  );
  return { namespace, taskToken };
}

it('a workflow is stuck from the first failure of its task on, until the task is done', async () => {
  const workflow = await stage.play('failing', { handle: over });
  expect(await broken('failing')).toEqual([]);
  await connection.workflowService.respondWorkflowTaskFailed({ ...(await takeTask()), cause: NON_DETERMINISTIC });
  expect(await broken('failing')).toEqual(['failing: its workflow task was tried 2 times']);
  await connection.workflowService.respondWorkflowTaskCompleted({ ...(await takeTask()), commands: [] });
  expect(await broken('failing')).toEqual([]);
  await workflow.terminate();
});

it('a workflow that still runs although its record was lost is found', async () => {
  const workflow = await stage.play('lost', { handle: over });
  await expect.poll(() => broken(), { timeout: PATIENCE }).toEqual(['lost is not stored and its workflow still runs']);
  await workflow.terminate();
  await expect.poll(() => broken(), { timeout: PATIENCE }).toEqual([]);
});
