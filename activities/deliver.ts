import { Context } from '@temporalio/activity';
import { type PreparedRetry, deliverHttp, prepareRetry } from '../src/dispatch/index.ts';
import type { Delivered } from '../workflows/activities.ts';
import type { ActivityDeps } from './deps.ts';

/** Milliseconds between heartbeats, well within the workflow's heartbeat timeout. They also bring cancellations. */
const HEARTBEAT_INTERVAL = 2_000;

/** Pushes the attempt to its target, if it is still the one in flight: Postgres is asked right before. */
export async function deliver(deps: ActivityDeps, id: string, attempt: number): Promise<Delivered> {
  const { record } = await deps.handler.handle(id, [], deps.epoch());
  const prepared = record === null ? null : prepareRetry(record.snapshot, Date.now());
  if (prepared?.attempt !== attempt) return { kind: 'gone' };
  const target = deps.targets.forFunction(prepared.function);
  // The targets file has changed since: whoever executes the function now reads that the retry is prepared.
  if (target.kind === 'event') return { kind: 'gone' };

  const context = Context.current();
  const heartbeat = setInterval(() => {
    context.heartbeat();
  }, HEARTBEAT_INTERVAL);
  try {
    return await deliverHttp(target, { ...prepared, links: linksTo(deps, id) }, context.cancellationSignal);
  } finally {
    clearInterval(heartbeat);
  }
}

function linksTo({ links }: ActivityDeps, id: string): PreparedRetry['links'] {
  const workflow = links.workflow(id);
  return { record: links.record(id), ...(workflow === null ? {} : { workflow }) };
}
