import { type NativeConnection, type InjectedSinks, Worker, type WorkflowBundle } from '@temporalio/worker';
import type { Activities } from '../../workflows/activities.ts';
import type { Reply, ReplySinks } from '../../workflows/replies.ts';
import { TASK_QUEUE } from './names.ts';

export interface WorkerOptions {
  readonly connection: NativeConnection;
  readonly namespace: string;
  readonly bundle: WorkflowBundle;
  readonly activities: Activities;
  /** Takes the answers to commands; it must not wait, since a workflow task waits for it. */
  readonly onReply: (reply: Reply) => void;
  readonly maxCachedWorkflows: number;
  /** Seconds that running activities may take to end once the worker is told to stop. */
  readonly shutdownGraceTime: number;
}

/** A worker for the workflow and its activities. Deliveries have slots of their own, so a slow target holds up no `handle`. */
export function createWorker(options: WorkerOptions): Promise<Worker> {
  const sinks: InjectedSinks<ReplySinks> = {
    replies: {
      send: {
        fn: (_info, reply) => {
          options.onReply(reply);
        },
        callDuringReplay: false,
      },
    },
  };
  return Worker.create({
    connection: options.connection,
    namespace: options.namespace,
    taskQueue: TASK_QUEUE,
    workflowBundle: options.bundle,
    activities: { ...options.activities },
    sinks,
    // The pollers adapt; the fixed default starves new workflows behind sticky ones.
    workflowTaskPollerBehavior: { type: 'autoscaling', minimum: 2, initial: 8, maximum: 32 },
    activityTaskPollerBehavior: { type: 'autoscaling', minimum: 1, initial: 2, maximum: 16 },
    nonStickyToStickyPollRatio: 0.5,
    // What was meant for a worker that was killed waits so long for it before another one may have it.
    stickyQueueScheduleToStartTimeout: '2s',
    maxConcurrentWorkflowTaskExecutions: 100,
    // `handle` as a regular activity is the exception, so nearly all of these are deliveries.
    maxConcurrentActivityTaskExecutions: 200,
    // Twice the connections of the pool: while one command waits for its commit, the next is read.
    maxConcurrentLocalActivityExecutions: 32,
    maxCachedWorkflows: options.maxCachedWorkflows,
    shutdownGraceTime: `${options.shutdownGraceTime}s`,
    shutdownForceTime: `${options.shutdownGraceTime + 2}s`,
  });
}
