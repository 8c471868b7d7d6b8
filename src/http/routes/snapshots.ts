import { ok } from '../answer.ts';
import { pathId } from '../ids.ts';
import { RequestError } from '../request-error.ts';
import { headerText } from '../request-header.ts';
import type { Route } from '../route.ts';

/** Records as they are stored (contract section 8). */
export const SNAPSHOT_ROUTES: readonly Route[] = [
  {
    method: 'get',
    path: '/execution_failed/{id}/snapshot',
    operationId: 'compensation.execution_failed.snapshot.load',
    summary: 'Get Snapshot',
    tag: 'compensation.execution_failed',
    produces: ['application/json'],
    mismatch: 'unknown',
    body: null,
    answer: 'compensation.execution_failed.ExecutionFailedStateMaterializedSnapshot',
    handle: async ({ request }, { reads }) => {
      const snapshot = await reads.snapshot(pathId(request), headerText(request, 'Command-Owner-Id'));
      if (snapshot === null) throw new RequestError('NotFound', 'Not found resource!');
      return ok(snapshot);
    },
  },
];
