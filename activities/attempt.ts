import { type PreparedRetry, type Target, prepareRetry } from '../src/dispatch/index.ts';
import type { ActivityDeps } from './deps.ts';

/** An attempt as it is to be delivered now, and by whom. */
export interface AttemptInFlight {
  readonly prepared: PreparedRetry;
  readonly target: Target;
}

/** The attempt with this number, if it is still the one in flight: Postgres is asked. Null: it is over. */
export async function findAttempt(
  deps: ActivityDeps,
  id: string,
  attempt: number,
  epoch: number,
): Promise<AttemptInFlight | null> {
  const { record } = await deps.handler.handle(id, [], epoch);
  const prepared = record === null ? null : prepareRetry(record.snapshot, deps.now());
  if (prepared?.attempt !== attempt) return null;
  return { prepared: { ...prepared, links: linksTo(deps, id) }, target: deps.targets.forFunction(prepared.function) };
}

function linksTo({ links }: ActivityDeps, id: string): PreparedRetry['links'] {
  const workflow = links.workflow(id);
  return { record: links.record(id), ...(workflow === null ? {} : { workflow }) };
}
