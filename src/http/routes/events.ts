import { ok } from '../answer.ts';
import { pathId, pathInt } from '../ids.ts';
import { BATCH_ERRORS } from '../openapi/conventions.ts';
import type { Route } from '../route.ts';

/** What happened to a record (contract section 9). */
export const EVENT_ROUTES: readonly Route[] = [
  {
    method: 'get',
    path: '/execution_failed/{id}/event/{headVersion}/{tailVersion}',
    operationId: 'compensation.execution_failed.event_stream.load',
    summary: 'Load Event Stream',
    tag: 'compensation.execution_failed',
    produces: ['application/json', 'text/event-stream'],
    mismatch: 'unknown',
    body: null,
    answer: 'compensation.execution_failed.ExecutionFailedAggregatedDomainEventStream[]',
    responses: BATCH_ERRORS,
    handle: async ({ request, produced }, { reads }) => {
      const head = pathInt(request, 'headVersion');
      const tail = pathInt(request, 'tailVersion');
      const streams = await reads.events(pathId(request), head, tail);
      return produced === 'text/event-stream'
        ? { kind: 'frames', frames: streams.map((data) => ({ data })) }
        : ok(streams);
    },
  },
];
