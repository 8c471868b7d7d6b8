import type { z } from 'zod';
import type { EventBodies, EventName } from '../domain/index.ts';
import * as types from './body-types.ts';
import { int32, int64, object } from './body-values.ts';

const retryState = object({ retries: int32, retryAt: int64, timeoutAt: int64, nextRetryAt: int64 });

const empty = object({});

/** The bodies of events (contract 3.5), read as leniently as those of commands. */
export const EVENT_SCHEMAS: { readonly [Name in EventName]: z.ZodType<EventBodies[Name]> } = {
  execution_failed_created: object({
    eventId: types.eventId,
    function: types.functionInfo,
    error: types.errorDetails,
    executeAt: int64,
    retryState,
    retrySpec: types.retrySpec,
    // Early services did not report it.
    recoverable: types.recoverable.default('UNKNOWN'),
  }),
  compensation_prepared: object({ eventId: types.eventId, function: types.functionInfo, retryState }),
  execution_failed_applied: object({
    error: types.errorDetails,
    executeAt: int64,
    recoverable: types.recoverable.default('UNKNOWN'),
  }),
  execution_success_applied: object({ executeAt: int64 }),
  retry_spec_applied: types.retrySpec,
  recoverable_marked: object({ recoverable: types.recoverable }),
  function_changed: types.changedFunction,
  default_aggregate_deleted: empty,
  default_aggregate_recovered: empty,
  default_resource_tags_applied: object({ tags: types.tags }),
};

/** Whether there is an event of this name. */
export const isEventName = (name: string): name is EventName => Object.hasOwn(EVENT_SCHEMAS, name);
