import { toArgument } from '../src/dispatch/index.ts';
import type { NotDelivered, QueuedRetry } from '../workflows/activities.ts';
import { findAttempt } from './attempt.ts';
import type { ActivityDeps } from './deps.ts';

/** What the workers of its task queue are given of the attempt, if it is still the one in flight. */
export async function readRetry(
  deps: ActivityDeps,
  id: string,
  attempt: number,
  epoch: number,
): Promise<QueuedRetry | NotDelivered> {
  const found = await findAttempt(deps, id, attempt, epoch);
  if (found === null || found.target.kind === 'event') return { kind: 'gone' };
  const { prepared, target } = found;
  if (target.kind !== 'temporal') return { kind: 'moved' };
  deps.onDelivered(target.name);
  return {
    kind: 'queued',
    target: target.name,
    queue: target.taskQueue,
    heartbeatTimeout: target.heartbeatTimeout === null ? null : target.heartbeatTimeout * 1_000,
    now: deps.now(),
    retry: toArgument(prepared),
  };
}
