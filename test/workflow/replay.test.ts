import { fileURLToPath } from 'node:url';
import {
  DefaultLogger,
  type InjectedSinks,
  Runtime,
  Worker,
  type WorkflowBundle,
  bundleWorkflowCode,
} from '@temporalio/worker';
import { DeterminismViolationError } from '@temporalio/workflow';
import { beforeAll, describe, expect, it } from 'vitest';
import { bundleWorkflows } from '../../src/temporal/index.ts';
import type { ReplySinks } from '../../workflows/replies.ts';
import { loadHistories } from './histories.ts';

/*
 * Workflows like these are running when a new release starts. One that cannot be replayed stands still until somebody
 * terminates it: guard the change with `patched`, or see to it that nothing of it shows in the order of commands.
 * Histories called `before-<patch>` are of the release before a patch, and run into what it changed.
 */

const CHANGED = fileURLToPath(new URL('./one-more-activity.ts', import.meta.url));
const HISTORIES = loadHistories();

/** What a workflow says outside of its history is not heard in a replay. */
const SINKS: InjectedSinks<ReplySinks> = { replies: { send: { fn: () => undefined, callDuringReplay: false } } };

let bundle: WorkflowBundle;

const replay = (workflowBundle: WorkflowBundle, history: unknown): Promise<void> =>
  Worker.runReplayHistory({ workflowBundle, sinks: SINKS }, history);

beforeAll(async () => {
  Runtime.install({
    logger: new DefaultLogger('ERROR'),
    telemetryOptions: { logging: { forward: {}, filter: 'ERROR' } },
  });
  bundle = await bundleWorkflows();
});

describe('the workflow', () => {
  it.each(HISTORIES)('replays $name', async ({ history }) => {
    await expect(replay(bundle, history)).resolves.toBeUndefined();
  });
});

describe('a workflow with one more activity', () => {
  it('replays none of the histories', async () => {
    const changed = await bundleWorkflowCode({ workflowsPath: CHANGED, logger: new DefaultLogger('ERROR') });
    for (const { history } of HISTORIES) {
      await expect(replay(changed, history)).rejects.toThrow(DeterminismViolationError);
    }
  });
});
