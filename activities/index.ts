import type { Activities } from '../workflows/activities.ts';
import { deliver } from './deliver.ts';
import type { ActivityDeps } from './deps.ts';
import { handle } from './handle.ts';
import { patiently } from './patiently.ts';
import { readRetry } from './read-retry.ts';

export type { ActivityDeps } from './deps.ts';

/** The activities of the workflow, bound to what they work with. */
export function createActivities(deps: ActivityDeps): Activities {
  // Before it waits: meanwhile Temporal may lose its database, and nobody is left for what comes of the activity.
  const patientlyIn = <Result>(work: (epoch: number) => Promise<Result>): Promise<Result> => {
    const epoch = deps.epoch();
    return patiently(() => work(epoch));
  };
  return {
    handle: (id, entries) => patientlyIn((epoch) => handle(deps, id, entries, epoch)),
    deliver: (id, attempt) => deliver(deps, id, attempt),
    readRetry: (id, attempt) => patientlyIn((epoch) => readRetry(deps, id, attempt, epoch)),
  };
}
