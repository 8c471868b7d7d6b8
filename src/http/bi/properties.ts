/** What the state of a record is made of (contract 4.1), as the columns of the expansion views follow it. */
export type Property =
  | { readonly kind: 'value'; readonly name: string; readonly type: 'String' | 'Bool' | 'Int32' | 'Int64' }
  | {
      readonly kind: 'object';
      readonly name: string;
      readonly properties: readonly Property[];
      /** The class in the original. */
      readonly sourceType: string;
      /** Also kept as JSON in a column of its own, since the original has only that. */
      readonly alsoRaw?: true;
    }
  | { readonly kind: 'list'; readonly name: string; readonly properties: readonly Property[] };

const text = (name: string): Property => ({ kind: 'value', name, type: 'String' });
const flag = (name: string): Property => ({ kind: 'value', name, type: 'Bool' });
const int32 = (name: string): Property => ({ kind: 'value', name, type: 'Int32' });
const int64 = (name: string): Property => ({ kind: 'value', name, type: 'Int64' });

const API = 'me.ahoo.wow.compensation.api';

/** In alphabetical order, as the views list them. */
export const STATE: readonly Property[] = [
  {
    kind: 'object',
    name: 'error',
    sourceType: `${API}.ErrorDetails`,
    properties: [
      { kind: 'list', name: 'bindingErrors', properties: [text('msg'), text('name')] },
      text('errorCode'),
      text('errorMsg'),
      text('stackTrace'),
      flag('succeeded'),
    ],
  },
  {
    kind: 'object',
    name: 'eventId',
    sourceType: `${API}.EventId`,
    properties: [
      {
        kind: 'object',
        name: 'aggregateId',
        sourceType: 'me.ahoo.wow.api.modeling.AggregateId',
        alsoRaw: true,
        properties: [text('aggregateId'), text('aggregateName'), text('contextName'), text('tenantId')],
      },
      text('id'),
      int32('version'),
    ],
  },
  int64('executeAt'),
  {
    kind: 'object',
    name: 'function',
    sourceType: 'me.ahoo.wow.api.messaging.function.FunctionInfoData',
    properties: [text('contextName'), text('functionKind'), text('name'), text('processorName')],
  },
  text('id'),
  flag('isBelowRetryThreshold'),
  flag('isRetryable'),
  text('recoverable'),
  {
    kind: 'object',
    name: 'retrySpec',
    sourceType: `${API}.RetrySpec`,
    properties: [int32('executionTimeout'), int32('maxRetries'), int32('minBackoff')],
  },
  {
    kind: 'object',
    name: 'retryState',
    sourceType: `${API}.RetryState`,
    properties: [int64('nextRetryAt'), int32('retries'), int64('retryAt'), int64('timeoutAt')],
  },
  text('status'),
];
