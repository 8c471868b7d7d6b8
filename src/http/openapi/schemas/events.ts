import { EVENT_BODY_TYPES, type EventName } from '../../../domain/index.ts';
import { WAIT_STAGES } from '../../../gateway/index.ts';
import { INT32, INT64, STRING, described, object, oneOf, ref, schemas } from '../schema.ts';
import type { Schema } from '../types.ts';
import { FUNCTION_INFO, RETRY_SPEC } from './values.ts';

const text = (description: string): Schema => ({ type: 'string', description, minLength: 1 });

/** What a version says of where it comes from; the same in an event stream and in a state event (contract 4.3, 4.4). */
export const STREAM = {
  required: {
    id: text('The ID of the domain event stream.'),
    contextName: text('The name of the context to which the domain event stream belongs'),
    aggregateName: text('The name of the aggregate to which the domain event stream belongs'),
    tenantId: text('The tenant id of the aggregate'),
    aggregateId: text('The id of the aggregate'),
    ownerId: { ...described('The owner ID of the aggregate resource', STRING), default: '' },
    spaceId: { ...described('The space ID of the aggregate resource', STRING), default: '' },
    version: described('The version of the domain event stream', INT32),
    createTime: described('The time when the domain event stream was created', INT64),
  },
  optional: {
    header: {
      ...object(
        {},
        {
          user_agent: described('user agent', STRING),
          remote_ip: described('remote ip', STRING),
          trace_id: described('trace id', STRING),
          command_operator: described('command operator', STRING),
          local_first: described('local first', { type: 'boolean' }),
          command_wait_endpoint: described('command wait endpoint', { type: 'string', format: 'uri' }),
          command_wait_stage: { ...oneOf(WAIT_STAGES), default: 'PROCESSED' },
        },
      ),
      additionalProperties: true,
      description: 'message header',
    },
    commandId: text('The ID of the command message.'),
    requestId: text(
      'The request ID of the command message, which is used to check the idempotency of the command message',
    ),
  },
} as const satisfies Record<string, Record<string, Schema>>;

/** Each event with the component that describes its body. */
const BODIES: Readonly<Record<EventName, Schema>> = {
  compensation_prepared: ref('compensation.execution_failed.CompensationPrepared'),
  execution_failed_applied: ref('compensation.execution_failed.ExecutionFailedApplied'),
  execution_failed_created: ref('compensation.execution_failed.ExecutionFailedCreated'),
  execution_success_applied: ref('compensation.execution_failed.ExecutionSuccessApplied'),
  function_changed: ref('compensation.execution_failed.FunctionChanged'),
  recoverable_marked: ref('compensation.execution_failed.RecoverableMarked'),
  retry_spec_applied: ref('compensation.execution_failed.RetrySpecApplied'),
  default_aggregate_deleted: object({}),
  default_aggregate_recovered: object({}),
  default_resource_tags_applied: object({ tags: ref('compensation.StringStringListMap') }),
};

/** One event in the list that is the body of its stream. */
const event = (name: EventName): Schema => ({
  title: name,
  description: 'The body of the domain event',
  ...object({
    id: text('The ID of the domain event.'),
    name: { ...text('The name of the domain event'), const: name },
    revision: { ...described('The revision number of the domain event', STRING), default: '0.0.1' },
    bodyType: {
      ...described('The fully qualified name of the domain event body', STRING),
      const: EVENT_BODY_TYPES[name],
    },
    body: BODIES[name],
  }),
});

const EVENTS: Schema = {
  type: 'array',
  description: 'A list of domain events for the domain event stream',
  items: { anyOf: (Object.keys(BODIES) as EventName[]).map(event) },
  minItems: 1,
};

/** The domain events and the streams that carry them (contract 3.5 and 4.3). */
export const EVENT_SCHEMAS = schemas({
  'compensation.execution_failed.CompensationPrepared': object({
    eventId: ref('compensation.execution_failed.EventId'),
    function: ref('wow.api.messaging.FunctionInfoData'),
    retryState: ref('compensation.execution_failed.RetryState'),
  }),
  'compensation.execution_failed.ExecutionFailedApplied': object(
    { error: ref('compensation.execution_failed.ErrorDetails'), executeAt: INT64 },
    { recoverable: ref('wow.api.RecoverableType') },
  ),
  'compensation.execution_failed.ExecutionFailedCreated': object(
    {
      eventId: ref('compensation.execution_failed.EventId'),
      function: ref('wow.api.messaging.FunctionInfoData'),
      error: ref('compensation.execution_failed.ErrorDetails'),
      executeAt: INT64,
      retryState: ref('compensation.execution_failed.RetryState'),
      retrySpec: ref('compensation.execution_failed.RetrySpec'),
    },
    { recoverable: ref('wow.api.RecoverableType') },
  ),
  'compensation.execution_failed.ExecutionSuccessApplied': object({ executeAt: INT64 }),
  'compensation.execution_failed.FunctionChanged': FUNCTION_INFO,
  'compensation.execution_failed.RecoverableMarked': object({ recoverable: ref('wow.api.RecoverableType') }),
  'compensation.execution_failed.RetrySpecApplied': RETRY_SPEC,
  'compensation.execution_failed.ExecutionFailedAggregatedDomainEventStream': object(
    { ...STREAM.required, body: EVENTS },
    STREAM.optional,
  ),
});
