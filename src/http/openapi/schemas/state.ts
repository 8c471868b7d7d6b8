import { BOOLEAN, INT32, INT64, STRING, arrayOf, described, mapOf, object, ref, schemas } from '../schema.ts';
import type { Schema } from '../types.ts';
import { STREAM } from './events.ts';

const readOnly = (schema: Schema): Schema => ({ ...schema, readOnly: true });
const text = (description: string): Schema => ({ type: 'string', description, minLength: 1 });

const FIELDS = {
  eventId: readOnly(ref('compensation.execution_failed.EventId')),
  function: readOnly(ref('wow.api.messaging.FunctionInfoData')),
  error: readOnly(ref('compensation.execution_failed.ErrorDetails')),
  executeAt: INT64,
  retrySpec: readOnly(ref('compensation.execution_failed.RetrySpec')),
  retryState: readOnly(ref('compensation.execution_failed.RetryState')),
  status: ref('compensation.execution_failed.ExecutionFailedStatus'),
  recoverable: ref('wow.api.RecoverableType'),
};

/** A state inside of a snapshot or a state event; the computed fields are there as well. */
const NESTED = described('The state data of the aggregate', object({ id: STRING }, FIELDS));
const TAGS = described('The ABAC tags of the aggregate', mapOf(arrayOf(STRING)));
const DELETED = described('Whether the aggregate has been deleted', BOOLEAN);
const FIRST_OPERATOR = described('The first person who operates the aggregate is the creator', STRING);
const FIRST_EVENT_TIME = described('The first event time of the aggregate, which is the time it was created', INT64);

const millis = (what: string): Schema =>
  described(`The ${what} time of the aggregate, represented as a Unix timestamp in milliseconds.`, INT64);

/** What a record is and was (contract 4.1, 4.2 and 4.4). */
export const STATE_SCHEMAS = schemas({
  'compensation.execution_failed.ExecutionFailedState': object(
    { id: STRING },
    { ...FIELDS, isBelowRetryThreshold: readOnly(BOOLEAN), isRetryable: readOnly(BOOLEAN) },
  ),
  'compensation.execution_failed.ExecutionFailedStateMaterializedSnapshot': object(
    {
      contextName: STRING,
      aggregateName: STRING,
      tenantId: STRING,
      version: INT32,
      eventId: described('The event id of the aggregate.', STRING),
      firstOperator: described('The first operator of the aggregate.', STRING),
      operator: described('The last operator of the aggregate.', STRING),
      firstEventTime: millis('first event'),
      eventTime: millis('last event'),
      state: described('The state of the aggregate.', ref('compensation.execution_failed.ExecutionFailedState')),
      snapshotTime: millis('snapshot'),
      deleted: described('Whether the aggregate is deleted.', BOOLEAN),
      aggregateId: STRING,
    },
    { ownerId: STRING, spaceId: STRING, tags: ref('compensation.StringStringListMap') },
  ),
  'compensation.execution_failed.ExecutionFailedStateSnapshot': object(
    {
      contextName: text('The name of the context to which the snapshot belongs'),
      aggregateName: text('The name of the aggregate to which the snapshot belongs'),
      tenantId: text('The tenant id of the aggregate'),
      aggregateId: text('The id of the aggregate'),
      ownerId: STREAM.required.ownerId,
      spaceId: STREAM.required.spaceId,
      version: described('The version of the snapshot', INT32),
      eventId: text('The ID of the domain event stream.'),
      firstOperator: FIRST_OPERATOR,
      operator: described('The last person who operates the aggregate', STRING),
      firstEventTime: FIRST_EVENT_TIME,
      state: NESTED,
      deleted: DELETED,
      snapshotTime: described('The snapshot time of the aggregate', INT64),
    },
    { tags: TAGS },
  ),
  'compensation.execution_failed.ExecutionFailedStateStateEvent': object(
    {
      ...STREAM.required,
      body: {
        type: 'array',
        description: 'A list of domain events for the domain event stream',
        items: described(
          'The body of the domain event',
          object({
            id: text('The ID of the domain event.'),
            name: text('The name of the domain event'),
            revision: described('The revision number of the domain event', STRING),
            bodyType: described('The fully qualified name of the domain event body', STRING),
            body: described('The message body of the domain event', { type: 'object' }),
          }),
        ),
        minItems: 1,
      },
      firstOperator: FIRST_OPERATOR,
      firstEventTime: FIRST_EVENT_TIME,
      state: NESTED,
      deleted: DELETED,
    },
    { ...STREAM.optional, tags: TAGS },
  ),
});
