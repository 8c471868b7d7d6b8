import { fileURLToPath } from 'node:url';
import { DefaultLogger, Runtime, Worker, type WorkflowBundle, bundleWorkflowCode } from '@temporalio/worker';
import { DeterminismViolationError } from '@temporalio/workflow';
import { beforeAll, describe, expect, it } from 'vitest';
import { bundleWorkflows } from '../../src/temporal/index.ts';
import { loadHistories } from './histories.ts';

/*
 * Workflows like these are running when a new release starts. One that cannot be replayed stands still until somebody
 * terminates it: guard the change with `patched`, or see to it that nothing of it shows in the order of commands.
 */

const CHANGED = fileURLToPath(new URL('./one-more-activity.ts', import.meta.url));
const HISTORIES = loadHistories();

let bundle: WorkflowBundle;

beforeAll(async () => {
  Runtime.install({
    logger: new DefaultLogger('ERROR'),
    telemetryOptions: { logging: { forward: {}, filter: 'ERROR' } },
  });
  bundle = await bundleWorkflows();
});

describe('the workflow', () => {
  it.each(HISTORIES)('replays $name', async ({ history }) => {
    await expect(Worker.runReplayHistory({ workflowBundle: bundle }, history)).resolves.toBeUndefined();
  });
});

describe('a workflow with one more activity', () => {
  it('replays none of the histories', async () => {
    const changed = await bundleWorkflowCode({ workflowsPath: CHANGED, logger: new DefaultLogger('ERROR') });
    for (const { history } of HISTORIES) {
      const replay = Worker.runReplayHistory({ workflowBundle: changed }, history);
      await expect(replay).rejects.toThrow(DeterminismViolationError);
    }
  });
});
