import { Worker } from '@temporalio/worker';
import type { Workflow, WorkflowCreator } from '@temporalio/worker/lib/workflow/interface.js';

/** Milliseconds between two looks at the workflow thread, and how many looks in a row find it silent until it counts as stuck. */
const LOOK_INTERVAL = 1_000;
const MAX_SILENT_LOOKS = 30;

/**
 * A worker whose calls into workflow code have no time limit each: Node starts a thread to watch every call that has one,
 * and a workflow task makes about ten. That was a quarter of the service's CPU for a command to a parked record. In its
 * place one timer watches over the thread that all workflows run on.
 */
export class UnwatchedWorker extends Worker {
  protected static override async createWorkflowCreator(
    ...[bundle, options, logger]: Parameters<(typeof Worker)['createWorkflowCreator']>
  ): Promise<WorkflowCreator> {
    // The SDK hands this on to `vm`, for which a missing limit is none.
    const isolateExecutionTimeoutMs = undefined as unknown as number;
    return watchOver(await super.createWorkflowCreator(bundle, { ...options, isolateExecutionTimeoutMs }, logger));
  }
}

/**
 * Lets the process end where workflow code never comes to its end: no other workflow runs then either, and a thread that
 * is stuck cannot be replaced. Looks are counted, not seconds, so that a machine that slept is not mistaken for it.
 */
export function watchOver(creator: WorkflowCreator): WorkflowCreator {
  let pending = 0;
  let silentLooks = 0;
  const timer = setInterval(() => {
    silentLooks = pending === 0 ? 0 : silentLooks + 1;
    if (silentLooks === MAX_SILENT_LOOKS) {
      throw new Error(`the workflow thread has not answered for ${(MAX_SILENT_LOOKS * LOOK_INTERVAL) / 1_000} s`);
    }
  }, LOOK_INTERVAL).unref();
  const ask = async <Answer>(answer: Promise<Answer>): Promise<Answer> => {
    pending += 1;
    try {
      return await answer;
    } finally {
      pending -= 1;
      silentLooks = 0;
    }
  };
  return {
    async createWorkflow(options) {
      const workflow: Workflow = await ask(creator.createWorkflow(options));
      return {
        activate: (activation) => ask(workflow.activate(activation)),
        getAndResetSinkCalls: () => ask(workflow.getAndResetSinkCalls()),
        dispose: () => ask(workflow.dispose()),
      };
    },
    async destroy() {
      clearInterval(timer);
      await creator.destroy();
    },
  };
}
