import { INT64, nullable, object, ref, schemas } from '../schema.ts';
import { FUNCTION_INFO, RETRY_SPEC } from './values.ts';

/** The bodies of the commands (contract 3.2). */
export const COMMAND_SCHEMAS = schemas({
  'compensation.execution_failed.CreateExecutionFailed': object(
    {
      eventId: ref('compensation.execution_failed.EventId'),
      function: ref('wow.api.messaging.FunctionInfoData'),
      error: ref('compensation.execution_failed.ErrorDetails'),
      executeAt: INT64,
    },
    {
      retrySpec: nullable(ref('compensation.execution_failed.RetrySpec')),
      recoverable: ref('wow.api.RecoverableType'),
    },
  ),
  'compensation.execution_failed.PrepareCompensation': object({}),
  'compensation.execution_failed.ForcePrepareCompensation': object({}),
  'compensation.execution_failed.ApplyExecutionSuccess': object({ executeAt: INT64 }),
  'compensation.execution_failed.ApplyExecutionFailed': object(
    { error: ref('compensation.execution_failed.ErrorDetails'), executeAt: INT64 },
    { recoverable: ref('wow.api.RecoverableType') },
  ),
  'compensation.execution_failed.ApplyRetrySpec': RETRY_SPEC,
  'compensation.execution_failed.ChangeFunction': FUNCTION_INFO,
  'compensation.execution_failed.MarkRecoverable': object({ recoverable: ref('wow.api.RecoverableType') }),
  'wow.api.command.DefaultDeleteAggregate': { ...object({}), title: 'Delete aggregate' },
  'wow.api.command.DefaultRecoverAggregate': { ...object({}), title: 'Recover deleted aggregate' },
  'wow.api.abac.DefaultApplyResourceTags': {
    ...object({ tags: ref('compensation.StringStringListMap') }),
    title: 'Apply ABAC Resource Tags',
  },
});
