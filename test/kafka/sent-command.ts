import { COMMAND_BODY_TYPES, type CommandName } from '../../src/domain/index.ts';

/** The body of a report as another service sends it. */
export const CREATE_BODY = {
  eventId: {
    id: '0VbmUgRW000C004',
    aggregateId: {
      contextName: 'order-service',
      aggregateName: 'order',
      aggregateId: '0VbmUgRM000C001',
      tenantId: 't-100',
    },
    version: 1,
  },
  function: {
    functionKind: 'EVENT',
    contextName: 'order-service',
    processorName: 'OrderProjector',
    name: 'onOrderCreated',
  },
  error: {
    errorCode: 'IllegalState',
    errorMsg: 'read model is locked',
    stackTrace: 'java.lang.IllegalStateException: read model is locked\n\tat OrderProjector.onOrderCreated',
    succeeded: false,
  },
  executeAt: 1_795_420_800_000,
  retrySpec: { maxRetries: 5, minBackoff: 60, executionTimeout: 10 },
  recoverable: 'UNKNOWN',
};

/** A command as another service puts it on the topic: its envelope, of which `but` replaces fields; undefined leaves one out. */
export function sentCommand(
  name: CommandName,
  aggregateId: string,
  commandId: string,
  body: object,
  but: Readonly<Record<string, unknown>> = {},
): Readonly<Record<string, unknown>> {
  const isCreate = name === 'create_execution_failed';
  return {
    id: commandId,
    contextName: 'compensation-service',
    aggregateName: 'execution_failed',
    name,
    header: { trace_id: commandId },
    tenantId: '(0)',
    aggregateId,
    ownerId: '',
    spaceId: '',
    requestId: commandId,
    ...(isCreate && { aggregateVersion: 0 }),
    isCreate,
    isVoid: false,
    allowCreate: false,
    bodyType: COMMAND_BODY_TYPES[name],
    body,
    createTime: 1_795_420_800_003,
    ...but,
  };
}

/** It as a record of the topic. */
export const asRecord = (command: unknown, key: string | null) => ({
  key: key === null ? null : Buffer.from(key),
  value: Buffer.from(JSON.stringify(command)),
});
