import {
  AGGREGATE_NAME,
  CONTEXT_NAME,
  type Command,
  type DomainEvent,
  EVENT_BODY_TYPES,
  type EventStream,
  type Snapshot,
  TENANT_ID,
  eventHeader,
} from '../domain/index.ts';

/** The next version of `record` (null: its first), as it is stored: what `command` made happen at `createTime`, epoch milliseconds. */
export function nextEventStream(
  record: Snapshot | null,
  command: Command,
  event: DomainEvent,
  createTime: number,
  nextId: () => string,
): EventStream {
  return {
    id: nextId(),
    contextName: CONTEXT_NAME,
    aggregateName: AGGREGATE_NAME,
    header: eventHeader(command),
    aggregateId: command.aggregateId,
    tenantId: TENANT_ID,
    ownerId: record?.ownerId ?? command.ownerId,
    spaceId: record?.spaceId ?? command.spaceId,
    commandId: command.commandId,
    requestId: command.requestId,
    version: (record?.version ?? 0) + 1,
    body: [
      { id: nextId(), name: event.name, revision: '0.0.1', bodyType: EVENT_BODY_TYPES[event.name], body: event.body },
    ],
    createTime,
    size: 1,
  } as EventStream;
}
