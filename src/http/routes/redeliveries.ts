import { redeliverVersion, resendStateEvents } from '../../feed/index.ts';
import { runBatch } from '../../history/index.ts';
import { ok } from '../answer.ts';
import { readCompensationTarget } from '../compensation-target.ts';
import { batchRange, pathId, pathInt } from '../ids.ts';
import { BATCH_ERRORS } from '../openapi/conventions.ts';
import type { Route } from '../route.ts';
import { batchAnswer } from './snapshots.ts';

const REDELIVERY = {
  tag: 'compensation.execution_failed',
  produces: ['application/json'],
  mismatch: 'unknown',
} as const;

/** What is sent again on request: into the feed, and into nothing else (contract 9.5 and 9.6). */
export const REDELIVERY_ROUTES: readonly Route[] = [
  {
    ...REDELIVERY,
    method: 'put',
    path: '/execution_failed/{id}/{version}/compensate',
    operationId: 'compensation.execution_failed.compensate',
    summary: 'Event Compensate',
    body: 'wow.CompensationTarget',
    answer: 'wow.CompensationTarget',
    responses: { ...BATCH_ERRORS, 409: 'wow.SourcingVersionConflict' },
    handle: async (exchange, { gateway, pools }) => {
      const [id, version] = [pathId(exchange.request), pathInt(exchange.request, 'version')];
      const target = await readCompensationTarget(exchange, () => gateway.nextId());
      return ok((await redeliverVersion(pools, id, version, target)) ? 1 : 0);
    },
  },
  {
    ...REDELIVERY,
    method: 'post',
    path: '/execution_failed/state/{afterId}/{limit}',
    operationId: 'compensation.execution_failed.state_event.resend',
    summary: 'Resend State Event',
    body: null,
    answer: 'wow.BatchResult',
    responses: BATCH_ERRORS,
    handle: async ({ request, cancelled }, { gateway, pools, log }) => {
      const range = { ...batchRange(request), cancelled };
      const wish = gateway.nextId();
      return batchAnswer(
        await runBatch({ pool: pools.queries, log }, range, (id) => resendStateEvents(pools, id, wish, cancelled)),
      );
    },
  },
];
