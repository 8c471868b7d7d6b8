import type { DomainEvent, EventStream } from './events.ts';
import type { Snapshot, State } from './snapshot.ts';

/**
 * The record after one more event stream. The fold of all streams of a record, from null on, is its snapshot.
 * @throws RangeError where the stream cannot follow the record: its version is not the next one, or its event is out of place.
 */
export function evolve(record: Snapshot | null, stream: EventStream): Snapshot {
  const version = (record?.version ?? 0) + 1;
  if (stream.version !== version) {
    throw new RangeError(`record ${stream.aggregateId}: version ${stream.version} does not follow ${version - 1}`);
  }
  const event = stream.body[0];
  const operator = stream.header['command_operator'] ?? '';
  return {
    contextName: stream.contextName,
    aggregateName: stream.aggregateName,
    aggregateId: stream.aggregateId,
    tenantId: stream.tenantId,
    ownerId: stream.ownerId,
    spaceId: stream.spaceId,
    version,
    eventId: stream.id,
    firstOperator: record?.firstOperator ?? operator,
    operator,
    firstEventTime: record?.firstEventTime ?? stream.createTime,
    eventTime: stream.createTime,
    state: evolveState(record?.state, stream.aggregateId, event),
    snapshotTime: stream.createTime,
    tags: event.name === 'default_resource_tags_applied' ? event.body.tags : (record?.tags ?? {}),
    deleted:
      event.name === 'default_aggregate_deleted' ||
      (event.name !== 'default_aggregate_recovered' && (record?.deleted ?? false)),
  };
}

function evolveState(state: State | undefined, id: string, event: DomainEvent): State {
  if (event.name === 'execution_failed_created') {
    if (state !== undefined) throw new RangeError(`record ${id}: ${event.name} can only be its first event`);
    const { eventId, function: failed, error, executeAt, retryState, retrySpec, recoverable } = event.body;
    return withComputed({
      id,
      eventId,
      function: failed,
      error,
      executeAt,
      retrySpec,
      retryState,
      status: 'FAILED',
      recoverable,
    });
  }
  if (state === undefined) throw new RangeError(`record ${id}: ${event.name} cannot be its first event`);
  return withComputed({ ...state, ...changes(event) });
}

function changes(event: Exclude<DomainEvent, { name: 'execution_failed_created' }>): Partial<State> {
  switch (event.name) {
    case 'compensation_prepared':
      return { retryState: event.body.retryState, status: 'PREPARED' };
    case 'execution_failed_applied':
      return { ...event.body, status: 'FAILED' };
    case 'execution_success_applied':
      return { executeAt: event.body.executeAt, status: 'SUCCEEDED' };
    case 'retry_spec_applied':
      return { retrySpec: event.body };
    case 'recoverable_marked':
      return { recoverable: event.body.recoverable };
    case 'function_changed':
      return { function: event.body };
    case 'default_aggregate_deleted':
    case 'default_aggregate_recovered':
    case 'default_resource_tags_applied':
      return {};
    default:
      return event satisfies never;
  }
}

function withComputed(state: Omit<State, 'isBelowRetryThreshold' | 'isRetryable'>): State {
  const isBelowRetryThreshold = state.retryState.retries < state.retrySpec.maxRetries;
  return { ...state, isBelowRetryThreshold, isRetryable: state.status !== 'SUCCEEDED' && isBelowRetryThreshold };
}
