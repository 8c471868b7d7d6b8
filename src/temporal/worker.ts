import {
  type InjectedSinks,
  type NativeConnection,
  Worker,
  type WorkerOptions as Settings,
  type WorkflowBundle,
} from '@temporalio/worker';
import type { Activities } from '../../workflows/activities.ts';
import type { Reply, ReplySinks } from '../../workflows/replies.ts';
import { DELIVERY_QUEUE } from '../../workflows/task-queues.ts';
import { TASK_QUEUE } from './names.ts';
import { createUntimedWorker } from './untimed-worker.ts';

export interface WorkerOptions {
  readonly connection: NativeConnection;
  readonly namespace: string;
  readonly bundle: WorkflowBundle;
  readonly activities: Activities;
  /** Takes the answers to commands; it must not wait, since a workflow task waits for it. */
  readonly onReply: (reply: Reply) => void;
  readonly maxCachedWorkflows: number;
  /** Seconds that running activities may take to end once the worker is told to stop; then they are cancelled. */
  readonly shutdownGraceTime: number;
  /** Seconds after which those are left behind that have not ended: hundreds need a while to say that they were cancelled. */
  readonly shutdownForceTime: number;
}

/** The two workers of a process, which run, fail and end together. */
export interface Workers {
  /**
   * Works until {@link shutdown}. @throws what the first of them failed with, once both have ended; also where activities
   * are left behind that did not end in time
   */
  run(): Promise<void>;
  /** Lets both finish what they are at; nothing happens where they are not running. */
  shutdown(): void;
  /** RUNNING where both are; else, in Temporal's words, how one stands that is not. */
  state(): string;
}

/**
 * A worker for the workflow with its `handle`, and one for deliveries alone, on a task queue of their own: their slots are
 * not those of `handle`, so however many targets hang, commands are decided.
 */
export async function createWorkers(options: WorkerOptions): Promise<Workers> {
  const deliveries = await Worker.create(deliverySettings(options));
  let main: Worker;
  try {
    main = await createUntimedWorker(mainSettings(options));
  } catch (error) {
    await discard(deliveries);
    throw error;
  }
  const all = [main, deliveries];
  const shutdown = (): void => {
    for (const worker of all) if (worker.getState() === 'RUNNING') worker.shutdown();
  };
  return {
    async run() {
      const ends = await Promise.allSettled(all.map((worker) => worker.run().finally(shutdown)));
      const failed = ends.find((end) => end.status === 'rejected');
      if (failed !== undefined) throw failed.reason;
    },
    shutdown,
    state: () => all.map((worker) => worker.getState()).find((state) => state !== 'RUNNING') ?? 'RUNNING',
  };
}

/** Lets go of the connection, which a worker holds until it has run. */
async function discard(worker: Worker): Promise<void> {
  const running = worker.run();
  worker.shutdown();
  await running;
}

function mainSettings(options: WorkerOptions): Settings {
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
  return {
    ...commonSettings(options),
    taskQueue: TASK_QUEUE,
    workflowBundle: options.bundle,
    // `deliver` for the deliveries that an earlier release has scheduled here.
    activities: { ...options.activities },
    sinks,
    // The pollers adapt; the fixed default starves new workflows behind sticky ones.
    workflowTaskPollerBehavior: { type: 'autoscaling', minimum: 2, initial: 8, maximum: 32 },
    nonStickyToStickyPollRatio: 0.5,
    // What was meant for a worker that was killed waits so long for it before another one may have it.
    stickyQueueScheduleToStartTimeout: '2s',
    maxConcurrentWorkflowTaskExecutions: 100,
    // `handle` and `readRetry` while Postgres is away. Each has a slot for the seconds that it asks again and again
    // (`activities/patiently.ts`); those beyond so many wait on the server, and come as slots are free.
    maxConcurrentActivityTaskExecutions: 200,
    // Twice the connections of the pool: while one command waits for its commit, the next is read.
    maxConcurrentLocalActivityExecutions: 32,
    maxCachedWorkflows: options.maxCachedWorkflows,
  };
}

function deliverySettings(options: WorkerOptions): Settings {
  const { activities } = options;
  return {
    ...commonSettings(options),
    taskQueue: DELIVERY_QUEUE,
    activities: { deliver: (id: string, attempt: number) => activities.deliver(id, attempt) },
    maxConcurrentActivityTaskExecutions: 200,
  };
}

function commonSettings({ connection, namespace, shutdownGraceTime, shutdownForceTime }: WorkerOptions) {
  return {
    connection,
    namespace,
    activityTaskPollerBehavior: { type: 'autoscaling', minimum: 1, initial: 2, maximum: 16 },
    shutdownGraceTime: `${shutdownGraceTime}s`,
    shutdownForceTime: `${shutdownForceTime}s`,
  } as const;
}
