import { named, ref } from './schema.ts';
import type { RequestBody } from './types.ts';

const json = (schema: string): RequestBody => ({ content: { 'application/json': { schema: ref(schema) } } });

/** The bodies that several operations read. */
export const REQUEST_BODIES = named<RequestBody>()({
  'compensation.execution_failed.CountQuery': json('compensation.execution_failed.ExecutionFailedAggregatedCondition'),
  'compensation.execution_failed.ListQuery': json('compensation.execution_failed.ExecutionFailedAggregatedListQuery'),
  'compensation.execution_failed.PagedQuery': json('compensation.execution_failed.ExecutionFailedAggregatedPagedQuery'),
  'compensation.execution_failed.SingleQuery': json(
    'compensation.execution_failed.ExecutionFailedAggregatedSingleQuery',
  ),
  'wow.CountQuery': json('wow.api.query.Condition'),
  'wow.ListQuery': json('wow.api.query.ListQuery'),
  'wow.PagedQuery': json('wow.api.query.PagedQuery'),
  'wow.CompensationTarget': json('wow.messaging.CompensationTarget'),
});
