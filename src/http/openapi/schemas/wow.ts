import { WAIT_STAGES } from '../../../gateway/index.ts';
import { BOOLEAN, INT32, INT64, STRING, arrayOf, mapOf, nullable, object, oneOf, ref, schemas } from '../schema.ts';

const BINDING_ERRORS = arrayOf(ref('wow.api.BindingError'));
const SUCCEEDED = { ...BOOLEAN, readOnly: true };
const FUNCTION = ref('wow.api.messaging.FunctionInfoData');

/** What every result and every signal may also say. */
const OUTCOME = {
  errorCode: STRING,
  errorMsg: STRING,
  bindingErrors: BINDING_ERRORS,
  result: ref('compensation.StringObjectMap'),
  aggregateVersion: nullable(INT32),
  signalTime: INT64,
  succeeded: SUCCEEDED,
};

/** Results, signals, errors and what the service says about itself (contract 1.5, 2.3 and 5). */
export const WOW_SCHEMAS = schemas({
  'wow.api.DefaultErrorInfo': object(
    { errorCode: STRING },
    { errorMsg: STRING, bindingErrors: BINDING_ERRORS, succeeded: SUCCEEDED },
  ),
  'wow.command.CommandResult': object(
    {
      id: STRING,
      waitCommandId: STRING,
      stage: ref('wow.command.CommandStage'),
      contextName: STRING,
      aggregateName: STRING,
      tenantId: STRING,
      aggregateId: STRING,
      requestId: STRING,
      commandId: STRING,
      function: FUNCTION,
    },
    OUTCOME,
  ),
  'wow.command.CommandStage': oneOf(WAIT_STAGES),
  'wow.command.SimpleWaitSignal': object(
    {
      id: STRING,
      waitCommandId: STRING,
      commandId: STRING,
      aggregateId: ref('wow.api.modeling.AggregateId'),
      stage: ref('wow.command.CommandStage'),
      function: FUNCTION,
    },
    { ...OUTCOME, isLastProjection: BOOLEAN, commands: arrayOf(STRING) },
  ),
  'wow.configuration.WowMetadata': object({}, { contexts: ref('wow.configuration.StringBoundedContextMap') }),
  'wow.configuration.StringBoundedContextMap': mapOf(ref('wow.configuration.BoundedContext')),
  'wow.configuration.BoundedContext': object(
    {},
    {
      alias: nullable(STRING),
      description: STRING,
      scopes: arrayOf(STRING),
      aggregates: ref('wow.configuration.StringAggregateMap'),
    },
  ),
  'wow.configuration.StringAggregateMap': mapOf(ref('wow.configuration.Aggregate')),
  'wow.configuration.Aggregate': object(
    {},
    {
      scopes: arrayOf(STRING),
      type: nullable(STRING),
      tenantId: nullable(STRING),
      id: nullable(STRING),
      commands: arrayOf(STRING),
      events: arrayOf(STRING),
    },
  ),
  'wow.messaging.CompensationTarget': object({ function: FUNCTION }, { id: STRING }),
  'wow.openapi.BatchResult': object(
    { afterId: STRING, size: INT32 },
    {
      errorCode: STRING,
      errorMsg: STRING,
      bindingErrors: { ...BINDING_ERRORS, readOnly: true },
      succeeded: SUCCEEDED,
    },
  ),
});
