import { Context } from '@temporalio/activity';
import { deliverHttp } from '../src/dispatch/index.ts';
import type { Delivered } from '../workflows/activities.ts';
import { findAttempt } from './attempt.ts';
import type { ActivityDeps } from './deps.ts';

/** Milliseconds between heartbeats, well within the workflow's heartbeat timeout. They also bring cancellations. */
const HEARTBEAT_INTERVAL = 2_000;

/** Pushes the attempt to its target, if it is still the one in flight. */
export async function deliver(deps: ActivityDeps, id: string, attempt: number): Promise<Delivered> {
  const found = await findAttempt(deps, id, attempt, deps.epoch());
  // Where the targets file has changed to `event` since, whoever executes the function now reads that the retry is prepared.
  if (found === null || found.target.kind === 'event') return { kind: 'gone' };
  const { prepared, target } = found;
  if (target.kind !== 'http') return { kind: 'moved' };

  deps.onDelivered(target.name);
  const context = Context.current();
  const heartbeat = setInterval(() => {
    context.heartbeat();
  }, HEARTBEAT_INTERVAL);
  try {
    return await deliverHttp(target, prepared, context.cancellationSignal, { now: deps.now });
  } finally {
    clearInterval(heartbeat);
  }
}
