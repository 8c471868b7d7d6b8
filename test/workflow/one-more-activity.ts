import { proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../../workflows/activities.ts';
import { type ExecutionFailedInput, executionFailed as original } from '../../workflows/execution-failed.ts';

const { handle } = proxyActivities<Activities>({ startToCloseTimeout: '1s' });

/** The workflow with a change that a running one does not survive: it looks at its record before anything else. */
export async function executionFailed(input: ExecutionFailedInput): Promise<string> {
  await handle(input.id, []);
  return original(input);
}
