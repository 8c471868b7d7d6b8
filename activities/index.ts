import type { Activities } from '../workflows/activities.ts';
import { deliver } from './deliver.ts';
import type { ActivityDeps } from './deps.ts';
import { handle } from './handle.ts';
import { patiently } from './patiently.ts';
import { readRetry } from './read-retry.ts';

export type { ActivityDeps } from './deps.ts';

/** The activities of the workflow, bound to what they work with. */
export function createActivities(deps: ActivityDeps): Activities {
  return {
    handle: (id, entries) => patiently(() => handle(deps, id, entries)),
    deliver: (id, attempt) => deliver(deps, id, attempt),
    readRetry: (id, attempt) => patiently(() => readRetry(deps, id, attempt)),
  };
}
