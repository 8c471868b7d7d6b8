import { z } from 'zod';
import { EVENT_BODY_TYPES, type EventName } from '../../domain/index.ts';
import {
  errorDetails,
  eventId,
  functionInfo,
  header,
  int,
  named,
  ofRecord,
  recoverable,
  retrySpec,
  retryState,
  tags,
  text,
  time,
} from './values.ts';

const BODIES = {
  execution_failed_created: z.looseObject({
    eventId,
    function: functionInfo,
    error: errorDetails,
    executeAt: time,
    retryState,
    retrySpec,
    recoverable,
  }),
  compensation_prepared: z.looseObject({ eventId, function: functionInfo, retryState }),
  execution_failed_applied: z.looseObject({ error: errorDetails, executeAt: time, recoverable }),
  execution_success_applied: z.looseObject({ executeAt: time }),
  retry_spec_applied: retrySpec,
  recoverable_marked: z.looseObject({ recoverable }),
  function_changed: functionInfo,
  default_aggregate_deleted: z.looseObject({}),
  default_aggregate_recovered: z.looseObject({}),
  default_resource_tags_applied: z.looseObject({ tags }),
} satisfies Record<EventName, z.ZodType>;

const event = <Name extends EventName>(name: Name) =>
  z.looseObject({
    id: named,
    name: z.literal(name),
    revision: named,
    bodyType: z.literal(EVENT_BODY_TYPES[name]),
    body: BODIES[name],
  });

const EVENT = z.discriminatedUnion('name', [
  event('execution_failed_created'),
  event('compensation_prepared'),
  event('execution_failed_applied'),
  event('execution_success_applied'),
  event('retry_spec_applied'),
  event('recoverable_marked'),
  event('function_changed'),
  event('default_aggregate_deleted'),
  event('default_aggregate_recovered'),
  event('default_resource_tags_applied'),
]);

/**
 * One stored event stream on the topic of events (messaging 1.6). Owner and space may be absent for a reader, but are
 * always sent.
 */
export const EVENT_STREAM_MESSAGE = z.looseObject({
  id: named,
  ...ofRecord,
  header,
  ownerId: text,
  spaceId: text,
  commandId: text,
  requestId: text,
  version: int.min(1),
  body: z.array(EVENT).min(1),
  createTime: time,
});

export type EventStreamMessage = z.output<typeof EVENT_STREAM_MESSAGE>;
