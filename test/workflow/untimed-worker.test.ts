import { NativeConnection } from '@temporalio/worker';
import type { Workflow, WorkflowCreator } from '@temporalio/worker/lib/workflow/interface.js';
import { ThreadedVMWorkflowCreator } from '@temporalio/worker/lib/workflow/threaded-vm.js';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { bundleWorkflows } from '../../src/temporal/index.ts';
import { createUntimedWorker, watchOver } from '../../src/temporal/untimed-worker.ts';
import { temporalAddress } from '../support/servers.ts';
import { createStage } from '../support/stage.ts';

type Options = Parameters<WorkflowCreator['createWorkflow']>[0];

const OPTIONS = { info: { workflowId: 'execution_failed/(0)/1' } } as Options;

/** A workflow thread that answers when the test says so, and the worker's view of it. */
async function createThread() {
  const activations: PromiseWithResolvers<object>[] = [];
  const end = Promise.withResolvers<undefined>();
  const thread: Workflow = {
    activate() {
      const activation = Promise.withResolvers<object>();
      activations.push(activation);
      return activation.promise;
    },
    getAndResetSinkCalls: () => Promise.resolve([]),
    dispose: () => Promise.resolve(),
  };
  const creator = watchOver({ createWorkflow: () => Promise.resolve(thread), destroy: () => end.promise });
  return { creator, workflow: await creator.createWorkflow(OPTIONS), activations, end };
}

it('the worker of the service has no time limit for each call into workflow code', async () => {
  const create = vi.spyOn(ThreadedVMWorkflowCreator, 'create');
  const stage = await createStage();
  try {
    await stage.open();
    expect(create.mock.calls.map(([options]) => options.isolateExecutionTimeoutMs)).toEqual([undefined]);
  } finally {
    create.mockRestore();
    await stage.leave();
  }
});

it('a worker that cannot be made leaves no thread behind', async () => {
  const countThreads = (): number => (process.report.getReport() as { workers: readonly object[] }).workers.length;
  const connection = await NativeConnection.connect({ address: temporalAddress() });
  const before = countThreads();
  const workflowBundle = await bundleWorkflows();
  const worker = createUntimedWorker({ connection, namespace: 'nowhere', taskQueue: 'any', workflowBundle });
  await expect(worker).rejects.toThrow('nowhere');
  expect(countThreads()).toBe(before);
  await connection.close();
});

describe('with a clock of its own', () => {
  afterEach(() => void vi.useRealTimers());

  it('a workflow that does not come to its end ends the process, which says which one', async () => {
    vi.useFakeTimers();
    const { workflow } = await createThread();
    void workflow.activate({});
    await vi.advanceTimersByTimeAsync(14_500);
    expect(() => vi.advanceTimersByTime(1_000)).toThrow(
      'the workflow thread has not answered for 15 s: execution_failed/(0)/1',
    );
  });

  it('so does a thread that does not end when its worker does', async () => {
    vi.useFakeTimers();
    const { creator } = await createThread();
    void creator.destroy();
    expect(() => vi.advanceTimersByTime(15_000)).toThrow('15 s: its end');
  });

  it('a thread that answers others is not stuck, however long one answer takes', async () => {
    vi.useFakeTimers();
    const { workflow, activations } = await createThread();
    void workflow.activate({});
    for (let turn = 0; turn < 5; turn += 1) {
      await vi.advanceTimersByTimeAsync(10_000);
      const another = workflow.activate({});
      activations.at(-1)?.resolve({});
      await another;
    }
  });

  it('a thread of which nothing is asked is not stuck, nor is one that has ended', async () => {
    vi.useFakeTimers();
    const { creator, workflow, end } = await createThread();
    await vi.advanceTimersByTimeAsync(60_000);
    void workflow.activate({});
    end.resolve(undefined);
    await creator.destroy();
    await vi.advanceTimersByTimeAsync(60_000);
  });
});
