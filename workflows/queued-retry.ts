import { CancellationScope, proxyActivities, workflowInfo } from '@temporalio/workflow';
import { type Delivered, type QueuedRetry, readRetry } from './activities.ts';
import { type Executor, retryFailed } from './retry-failure.ts';

/** What the workers of a target's task queue serve, in any language. What they return or throw is not trusted. */
interface TargetActivities {
  retryExecution(retry: QueuedRetry['retry']): Promise<unknown>;
}

/**
 * An attempt that nobody takes until this much before its deadline is given up, in milliseconds: it tells an absent worker from
 * a slow one, and could not be finished any more.
 */
const TOO_LATE_TO_START = 100;

/**
 * Has the attempt executed by the workers of a task queue, once, and reports how it ended. Whatever they do is an
 * outcome, never an error; `timeLeft` in milliseconds.
 * @throws CancelledFailure where it was called off; ActivityFailure where Postgres could not be asked about the attempt
 */
export async function queueRetry(id: string, attempt: number, timeLeft: number): Promise<Delivered> {
  const queued = await readRetry(id, attempt, timeLeft);
  if (queued.kind !== 'queued') return queued;
  // The workflow's own clock stands still during a task, in which Postgres may have been waited for.
  const now = Math.max(queued.now ?? 0, Date.now());
  const limit = Math.max(1, queued.retry.deadline - now);
  const { retryExecution } = proxyActivities<TargetActivities>({
    taskQueue: queued.queue,
    // Not percent-encoded as the key is: it is shorter than the workflow's id this way, and so never longer than Temporal allows.
    activityId: `${id}:${attempt}`,
    scheduleToCloseTimeout: limit,
    scheduleToStartTimeout: Math.max(1, limit - TOO_LATE_TO_START),
    ...(queued.heartbeatTimeout === null ? {} : { heartbeatTimeout: queued.heartbeatTimeout }),
    retry: { maximumAttempts: 1 },
    cancellationType: 'TRY_CANCEL',
    summary: `retry ${attempt} by ${queued.target}`,
  });
  try {
    return outcomeOf(await retryExecution(queued.retry));
  } catch (error) {
    if (CancellationScope.current().consideredCancelled) throw error;
    const executor: Executor = {
      target: queued.target,
      queue: queued.queue,
      namespace: workflowInfo().namespace,
      limit,
    };
    return retryFailed(error, executor, Date.now());
  }
}

/** Any result is a success, but for one that says that the service reports back by itself. */
function outcomeOf(result: unknown): Delivered {
  if (typeof result === 'object' && result !== null && 'accepted' in result && result.accepted === true) {
    return { kind: 'accepted' };
  }
  return { kind: 'succeeded', executeAt: Date.now() };
}
