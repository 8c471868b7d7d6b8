import type { Workflow, WorkflowCreator } from '@temporalio/worker/lib/workflow/interface.js';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { watchOver } from '../../src/temporal/unwatched-worker.ts';

type Options = Parameters<WorkflowCreator['createWorkflow']>[0];

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A workflow thread whose activations are answered when the test says so. */
function createThread() {
  const activations: PromiseWithResolvers<object>[] = [];
  const workflow: Workflow = {
    activate() {
      const activation = Promise.withResolvers<object>();
      activations.push(activation);
      return activation.promise;
    },
    getAndResetSinkCalls: () => Promise.resolve([]),
    dispose: () => Promise.resolve(),
  };
  const destroy = vi.fn(() => Promise.resolve());
  return { activations, creator: watchOver({ createWorkflow: () => Promise.resolve(workflow), destroy }), destroy };
}

it('a workflow that never comes to its end ends the process', async () => {
  const { creator } = createThread();
  const workflow = await creator.createWorkflow({} as Options);
  void workflow.activate({});
  await vi.advanceTimersByTimeAsync(29_500);
  expect(() => vi.advanceTimersByTime(1_000)).toThrow('the workflow thread has not answered for 30 s');
});

it('a thread that answers others is not stuck, however long one answer takes', async () => {
  const { creator, activations } = createThread();
  const workflow = await creator.createWorkflow({} as Options);
  void workflow.activate({});
  for (let turn = 0; turn < 5; turn += 1) {
    await vi.advanceTimersByTimeAsync(20_000);
    const another = workflow.activate({});
    activations.at(-1)?.resolve({});
    await another;
  }
});

it('a thread that nothing is asked of is not stuck, nor is a worker that has ended', async () => {
  const { creator, destroy } = createThread();
  const workflow = await creator.createWorkflow({} as Options);
  await vi.advanceTimersByTimeAsync(120_000);
  void workflow.activate({});
  await creator.destroy();
  expect(destroy).toHaveBeenCalledOnce();
  await vi.advanceTimersByTimeAsync(120_000);
});
