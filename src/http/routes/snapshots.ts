import { type BatchResult, regenerateSnapshot, runBatch } from '../../history/index.ts';
import { type Answer, ok } from '../answer.ts';
import { statusOf } from '../error-info.ts';
import { batchRange, pathId } from '../ids.ts';
import { BATCH_ERRORS, HISTORY_ERRORS, RECORD_ERRORS } from '../openapi/conventions.ts';
import { RequestError } from '../request-error.ts';
import { headerText } from '../request-header.ts';
import type { Route } from '../route.ts';

const SNAPSHOT = {
  tag: 'compensation.execution_failed',
  produces: ['application/json'],
  mismatch: 'unknown',
  body: null,
} as const;

/** Records as they are stored (contract section 8). */
export const SNAPSHOT_ROUTES: readonly Route[] = [
  {
    ...SNAPSHOT,
    method: 'get',
    path: '/execution_failed/{id}/snapshot',
    operationId: 'compensation.execution_failed.snapshot.load',
    summary: 'Get Snapshot',
    answer: 'compensation.execution_failed.ExecutionFailedStateSnapshot',
    responses: RECORD_ERRORS,
    handle: async ({ request }, { reads }) => {
      const snapshot = await reads.snapshot(pathId(request), headerText(request, 'Command-Owner-Id'));
      if (snapshot === null) throw new RequestError('NotFound', 'Not found resource!');
      return ok(snapshot);
    },
  },
  {
    ...SNAPSHOT,
    method: 'put',
    path: '/execution_failed/{id}/snapshot',
    operationId: 'compensation.execution_failed.snapshot.regenerate',
    summary: 'Regenerate Aggregate Snapshot',
    answer: null,
    responses: HISTORY_ERRORS,
    handle: async ({ request }, { pools }) => {
      const isThere = await regenerateSnapshot(pools, pathId(request));
      if (!isThere) throw new RequestError('NotFound', 'Not found resource!');
      return { kind: 'empty', status: 200 };
    },
  },
  {
    ...SNAPSHOT,
    method: 'put',
    path: '/execution_failed/snapshot/{afterId}/{limit}',
    operationId: 'compensation.execution_failed.snapshot.batch_regenerate',
    summary: 'Batch Regenerate Aggregate Snapshot',
    answer: 'wow.BatchResult',
    responses: BATCH_ERRORS,
    handle: async ({ request, cancelled }, { pools, log }) => {
      const range = { ...batchRange(request), cancelled };
      return batchAnswer(await runBatch({ pool: pools.queries, log }, range, (id) => regenerateSnapshot(pools, id)));
    },
  },
];

/** How a batch ended, as contract 8.3 has it. */
export const batchAnswer = (result: BatchResult): Answer => ({
  kind: 'json',
  status: statusOf(result.errorCode),
  body: result,
  errorCode: result.errorCode,
});
