import type { Expected } from '../expectation.ts';
import { isGeneratedId } from '../renaming.ts';

/** An error in place of another one: the headers and the body say the same. */
export const error = (status: number, errorCode: string, errorMsg: Expected): Record<string, Expected> => ({
  status,
  'headers.wow-error-code': errorCode,
  'body.errorCode': errorCode,
  'body.errorMsg': errorMsg,
});

/** What a body is told that cannot be read. */
export const UNREADABLE = error(400, 'IllegalArgument', '400 BAD_REQUEST "Failed to read HTTP message"');

/** The reason, in our words. */
export const UNREADABLE_BODY = [{ name: 'body', msg: /^JSON decoding error: / }];

/** A number of things. */
export const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && Number(value) >= 0;

const isInstant = (value: unknown): boolean => typeof value === 'number' && Math.abs(Date.now() - value) < 3_600_000;

const AGGREGATE = { contextName: 'compensation-service', aggregateName: 'execution_failed', tenantId: '(0)' };

/** What a command has come to, in place of an error that is none to us. */
export const result = (but: Readonly<Record<string, Expected>>): Expected => ({
  ...AGGREGATE,
  id: isGeneratedId,
  waitCommandId: isGeneratedId,
  requestId: isGeneratedId,
  commandId: isGeneratedId,
  result: {},
  signalTime: isInstant,
  ...but,
});

/** A command that was stored, in place of an error. */
export const stored = (aggregateId: string, aggregateVersion: number): Record<string, Expected> => ({
  status: 200,
  'headers.wow-error-code': 'Ok',
  body: result({
    aggregateId,
    aggregateVersion,
    stage: 'SNAPSHOT',
    function: { functionKind: 'STATE_EVENT', contextName: 'wow', processorName: 'SnapshotDispatcher', name: 'save' },
    errorCode: 'Ok',
    errorMsg: '',
    succeeded: true,
  }),
});

/** Who refuses a command before its handler is reached. */
export const PROCESS = {
  functionKind: 'COMMAND',
  contextName: 'wow',
  processorName: 'SimpleCommandAggregate',
  name: 'process',
};

/** The state of the record that the recordings create, but for its id. */
export const STATE = {
  error: {
    errorCode: 'BadRequest',
    errorMsg: 'mail gateway refused',
    stackTrace: 'java.lang.IllegalStateException: boom',
    succeeded: false,
  },
  eventId: {
    id: '0UvW2Ap6000100H',
    aggregateId: {
      contextName: 'order-service',
      aggregateName: 'order',
      aggregateId: '0UvW2AoI000100G',
      tenantId: '(0)',
    },
    version: 6,
  },
  executeAt: 1_756_699_999_950,
  function: {
    functionKind: 'EVENT',
    contextName: 'notice-service',
    processorName: 'OrderNoticeSaga',
    name: 'onOrderPaid',
  },
  isBelowRetryThreshold: true,
  isRetryable: true,
  recoverable: 'UNKNOWN',
  retrySpec: { maxRetries: 10, minBackoff: 180, executionTimeout: 120 },
  retryState: {
    retries: 0,
    retryAt: 1_756_699_999_950,
    timeoutAt: 1_756_700_119_950,
    nextRetryAt: 1_756_700_179_950,
  },
  status: 'FAILED',
};
