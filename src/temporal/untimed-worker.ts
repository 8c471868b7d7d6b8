import { Worker, type WorkerOptions } from '@temporalio/worker';
import type { Workflow, WorkflowCreator } from '@temporalio/worker/lib/workflow/interface.js';

/** Milliseconds between two looks at the workflow thread, and how many looks in a row find it silent until it counts as stuck. */
const LOOK_INTERVAL = 1_000;
const MAX_SILENT_LOOKS = 15;

/**
 * A worker whose calls into workflow code have no time limit: Node starts a thread to watch each call that has one, and a
 * workflow task makes about ten. That was three tenths of the service's CPU for a command to a parked record. In its place
 * one timer watches over the thread that all workflows run on.
 */
export async function createUntimedWorker(options: WorkerOptions): Promise<Worker> {
  const creators: WorkflowCreator[] = [];
  class UntimedWorker extends Worker {
    protected static override async createWorkflowCreator(
      ...[bundle, compiled, logger]: Parameters<(typeof Worker)['createWorkflowCreator']>
    ): Promise<WorkflowCreator> {
      // The SDK hands this on to `vm`, for which a missing limit is none.
      const isolateExecutionTimeoutMs = undefined as unknown as number;
      const creator = watchOver(
        await super.createWorkflowCreator(bundle, { ...compiled, isolateExecutionTimeoutMs }, logger),
      );
      creators.push(creator);
      return creator;
    }
  }
  try {
    return await UntimedWorker.create(options);
  } catch (error) {
    // The SDK makes the thread first, and leaves it behind where Temporal goes away before the worker is made.
    await Promise.all(creators.map((creator) => creator.destroy()));
    throw error;
  }
}

/**
 * Ends the process where workflow code does not come to its end: no other workflow of the process runs then either, and
 * the SDK has no way to replace the thread. Looks are counted, not seconds, so that a machine that slept is not mistaken for
 * it.
 */
export function watchOver(creator: WorkflowCreator): WorkflowCreator {
  /** What each request that waits for the thread is about. The thread takes them in order: the oldest one holds it up. */
  const pending = new Map<object, string>();
  let silentLooks = 0;
  const timer = setInterval(() => {
    const [oldest] = pending.values();
    silentLooks = oldest === undefined ? 0 : silentLooks + 1;
    if (silentLooks === MAX_SILENT_LOOKS) {
      throw new Error(`the workflow thread has not answered for ${(silentLooks * LOOK_INTERVAL) / 1_000} s: ${oldest}`);
    }
  }, LOOK_INTERVAL).unref();
  const ask = async <Answer>(about: string, answer: Promise<Answer>): Promise<Answer> => {
    pending.set(answer, about);
    try {
      return await answer;
    } finally {
      pending.delete(answer);
      silentLooks = 0;
    }
  };
  return {
    async createWorkflow(options) {
      const { workflowId } = options.info;
      const workflow: Workflow = await ask(workflowId, creator.createWorkflow(options));
      return {
        activate: (activation) => ask(workflowId, workflow.activate(activation)),
        getAndResetSinkCalls: () => ask(workflowId, workflow.getAndResetSinkCalls()),
        dispose: () => ask(workflowId, workflow.dispose()),
      };
    },
    async destroy() {
      try {
        // A thread that is stuck does not answer this either.
        await ask('its end', creator.destroy());
      } finally {
        clearInterval(timer);
      }
    },
  };
}
