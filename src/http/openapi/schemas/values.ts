import { FUNCTION_KINDS, RECOVERABLE_TYPES, TENANT_ID } from '../../../domain/index.ts';
import { BOOLEAN, INT32, INT64, STRING, arrayOf, mapOf, object, oneOf, ref, schemas } from '../schema.ts';
import type { Schema } from '../types.ts';

const name = (description: string): Schema => ({ type: 'string', description, minLength: 1 });

/** Also the body of the command, and of the event, that changes it. */
export const RETRY_SPEC: Schema = object({ maxRetries: INT32, minBackoff: INT32, executionTimeout: INT32 });

/** Also the body of the command, and of the event, that changes it. */
export const FUNCTION_INFO: Schema = object({
  functionKind: ref('wow.api.messaging.FunctionKind'),
  contextName: STRING,
  processorName: STRING,
  name: STRING,
});

/** The value types that bodies and answers are made of (contract 3.1). */
export const VALUE_SCHEMAS = schemas({
  'compensation.StringObjectMap': { type: 'object' },
  'compensation.StringStringListMap': mapOf(arrayOf(STRING)),
  'compensation.execution_failed.ErrorDetails': object(
    { errorCode: STRING, errorMsg: STRING, stackTrace: STRING },
    { bindingErrors: arrayOf(ref('wow.api.BindingError')), succeeded: { ...BOOLEAN, readOnly: true } },
  ),
  'compensation.execution_failed.EventId': object({
    id: STRING,
    aggregateId: ref('wow.api.modeling.AggregateId'),
    version: INT32,
  }),
  'compensation.execution_failed.ExecutionFailedStatus': oneOf(['FAILED', 'PREPARED', 'SUCCEEDED']),
  'compensation.execution_failed.RetrySpec': RETRY_SPEC,
  'compensation.execution_failed.RetryState': object({
    retries: INT32,
    retryAt: INT64,
    timeoutAt: INT64,
    nextRetryAt: INT64,
  }),
  'wow.api.BindingError': object({ name: STRING, msg: STRING }),
  'wow.api.RecoverableType': oneOf(RECOVERABLE_TYPES),
  'wow.api.messaging.FunctionInfoData': FUNCTION_INFO,
  'wow.api.messaging.FunctionKind': oneOf(FUNCTION_KINDS),
  'wow.api.modeling.AggregateId': object({
    contextName: name('aggregate context name'),
    aggregateName: name('aggregate name'),
    aggregateId: name('aggregate id'),
    tenantId: { ...name('aggregate tenant id'), default: TENANT_ID },
  }),
});
