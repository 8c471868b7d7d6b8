import type { Request } from 'express';
import type { Snapshot, State } from '../../domain/index.ts';
import { type StateEvent, snapshotAtTime, snapshotAtVersion, traceRecord } from '../../history/index.ts';
import { ok } from '../answer.ts';
import { parseInt32, pathId, pathInt, pathLong } from '../ids.ts';
import { BATCH_ERRORS, HISTORY_ERRORS, RECORD_ERRORS } from '../openapi/conventions.ts';
import { RequestError, illegalArgument } from '../request-error.ts';
import type { Route } from '../route.ts';

const STATE = {
  method: 'get',
  tag: 'compensation.execution_failed',
  produces: ['application/json'],
  mismatch: 'unknown',
  body: null,
  answer: 'compensation.execution_failed.ExecutionFailedState',
  responses: RECORD_ERRORS,
} as const;

const BATCH = 20;

/** What a record is and was (contract section 7). */
export const STATE_ROUTES: readonly Route[] = [
  {
    ...STATE,
    path: '/execution_failed/{id}/state',
    operationId: 'compensation.execution_failed.aggregate.load',
    summary: 'Load State Aggregate',
    handle: async ({ request }, { reads }) => {
      const state = await reads.state(pathId(request));
      if (state === null) throw new RequestError('NotFound', 'Not found resource!');
      return ok(state);
    },
  },
  {
    ...STATE,
    path: '/execution_failed/{id}/state/tracing',
    operationId: 'compensation.execution_failed.aggregate_tracing.get',
    summary: 'Get Aggregate Tracing',
    parameters: [
      'wow.aggregate-tracing.headVersion',
      'wow.aggregate-tracing.tailVersion',
      'wow.aggregate-tracing.limit',
    ],
    answer: 'compensation.execution_failed.ExecutionFailedStateStateEvent[]',
    responses: { ...BATCH_ERRORS, 409: 'wow.SourcingVersionConflict' },
    handle: ({ request }, { pools }) => {
      const states = traceRecord(pools.queries, pathId(request), tracingRange(request));
      return { kind: 'list', list: { total: null, batches: inBatches(states) } };
    },
  },
  {
    ...STATE,
    path: '/execution_failed/{id}/state/{version}',
    operationId: 'compensation.execution_failed.versioned_aggregate.load',
    summary: 'Load Versioned State Aggregate',
    responses: HISTORY_ERRORS,
    handle: async ({ request }, { pools }) => {
      const version = pathInt(request, 'version');
      if (version < 1) throw illegalArgument(`The version [${version}] must be greater than or equal to 1.`);
      const snapshot = await snapshotAtVersion(pools.queries, pathId(request), version);
      if (snapshot !== null && snapshot.version < version) {
        throw new RequestError(
          'IllegalState',
          `targetVersion:${version} != stateAggregate.version:${snapshot.version}`,
        );
      }
      return ok(stateOf(snapshot));
    },
  },
  {
    ...STATE,
    path: '/execution_failed/{id}/state/time/{createTime}',
    operationId: 'compensation.execution_failed.time_based_aggregate.load',
    summary: 'Load Time Based State Aggregate',
    responses: HISTORY_ERRORS,
    handle: async ({ request }, { pools }) => {
      const time = pathLong(request, 'createTime');
      if (time < 1) throw illegalArgument(`The time [${time}] must be greater than or equal to 1.`);
      return ok(stateOf(await snapshotAtTime(pools.queries, pathId(request), time)));
    },
  },
];

/** So many states that they are a few megabytes at most: a record may have any number of versions. */
async function* inBatches(states: AsyncIterable<StateEvent>): AsyncGenerator<StateEvent[]> {
  let batch: StateEvent[] = [];
  for await (const state of states) {
    batch.push(state);
    if (batch.length < BATCH) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

/** @throws RequestError where there was no record, or it was deleted */
function stateOf(snapshot: Snapshot | null): State {
  if (snapshot === null || snapshot.deleted) throw new RequestError('NotFound', 'Not found resource!');
  return snapshot.state;
}

/** Which versions to trace (contract 7.1). @throws RequestError */
function tracingRange(request: Request) {
  const head = queryInt(request, 'headVersion');
  const tail = queryInt(request, 'tailVersion');
  const limit = queryInt(request, 'limit');
  if (head !== undefined && head <= 0) throw illegalArgument('headVersion must be greater than 0.');
  if (tail !== undefined && tail < (head ?? 1)) {
    throw illegalArgument('tailVersion must be greater than or equal to headVersion.');
  }
  if (limit !== undefined && limit < 0) throw illegalArgument('limit must be greater than or equal to 0.');
  return { head, tail, limit };
}

/** The first value of a query parameter, which is an int32; undefined where it is not given. @throws RequestError */
function queryInt(request: Request, name: string): number | undefined {
  const [text]: unknown[] = [request.query[name]].flat();
  if (typeof text !== 'string') return undefined;
  if (text.trim() === '') throw illegalArgument(`${name} must not be blank.`);
  const value = parseInt32(text);
  if (value === null) throw illegalArgument(`${name} must be an integer.`);
  return value;
}
