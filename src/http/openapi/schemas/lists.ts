import { INT32, INT64, STRING, arrayOf, nullable, object, ref, schemas } from '../schema.ts';
import type { Schema } from '../types.ts';

/** One page and how many there are in all (contract 4.6). */
const page = (item: string): Schema => object({ list: arrayOf(ref(item)), total: INT64 });

/** A frame of a list that is streamed: only `data` is ever set (contract 8.4). */
const frame = (item: string): Schema =>
  object({ data: ref(item) }, { id: nullable(STRING), event: nullable(STRING), retry: nullable(INT32) });

const STATE = 'compensation.execution_failed.ExecutionFailedState';
const SNAPSHOT = 'compensation.execution_failed.ExecutionFailedStateMaterializedSnapshot';
const STREAM = 'compensation.execution_failed.ExecutionFailedAggregatedDomainEventStream';

/** Pages, and frames of lists. */
export const LIST_SCHEMAS = schemas({
  [`${STATE}PagedList` as const]: page(STATE),
  [`${STATE}ServerSentEventNonNullData` as const]: frame(STATE),
  [`${SNAPSHOT}PagedList` as const]: page(SNAPSHOT),
  [`${SNAPSHOT}ServerSentEventNonNullData` as const]: frame(SNAPSHOT),
  [`${STREAM}PagedList` as const]: page(STREAM),
  [`${STREAM}ServerSentEventNonNullData` as const]: frame(STREAM),
});
