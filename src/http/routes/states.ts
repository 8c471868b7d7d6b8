import { ok } from '../answer.ts';
import { pathId } from '../ids.ts';
import { RequestError } from '../request-error.ts';
import type { Route } from '../route.ts';

/** What a record is and was (contract section 7). */
export const STATE_ROUTES: readonly Route[] = [
  {
    method: 'get',
    path: '/execution_failed/{id}/state',
    operationId: 'compensation.execution_failed.aggregate.load',
    summary: 'Load State Aggregate',
    tag: 'compensation.execution_failed',
    produces: ['application/json'],
    mismatch: 'unknown',
    body: null,
    answer: 'compensation.execution_failed.ExecutionFailedState',
    handle: async ({ request }, { reads }) => {
      const state = await reads.state(pathId(request));
      if (state === null) throw new RequestError('NotFound', 'Not found resource!');
      return ok(state);
    },
  },
];
