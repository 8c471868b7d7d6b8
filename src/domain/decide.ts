import type { Command } from './commands.ts';
import type { DomainEvent } from './events.ts';
import { type Refusal, refuse, reject } from './refusal.ts';
import { checkRetrySpec, nextRetryState } from './retry.ts';
import type { Snapshot, State } from './snapshot.ts';
import { type FunctionInfo, type RetrySpec, describeAggregate } from './values.ts';

export type Decision = { readonly ok: true; readonly event: DomainEvent } | Refusal;

/**
 * What `command` means for the record as it stands (null: there is none), at `now` in epoch milliseconds.
 * Checks run in the order of contract 2.6; messages are the contract's, word for word.
 * Request ids are not looked at: only the store knows those of the past.
 */
export function decide(record: Snapshot | null, command: Command, now: number): Decision {
  if (command.name === 'create_execution_failed') {
    const created = create(command.body);
    return record === null || !created.ok ? created : duplicateAggregate(command.aggregateId);
  }
  const version = record?.version ?? 0;
  if (command.expectedVersion !== null && command.expectedVersion !== version) {
    return reject(
      'CommandExpectVersionConflict',
      `The expected version[${command.expectedVersion}] of the command is inconsistent with the actual version[${version}].`,
    );
  }
  if (record === null) return reject('NotFound', `${describeAggregate(command.aggregateId)} is not initialized.`);
  return accessRefusal(record, command) ?? decideOnState(record.state, command, now);
}

/** The refusal of a create whose id is taken, by a deleted record too (contract 2.9). */
export function duplicateAggregate(id: string): Refusal {
  return refuse('DuplicateAggregateId', `Duplicate ${describeAggregate(id)}.`);
}

/** The refusal of a request id that was used before (contract 2.8). */
export function duplicateRequest(requestId: string): Refusal {
  return refuse('DuplicateRequestId', `Duplicate request ID[${requestId}].`);
}

/** FAILED: always. PREPARED: once the attempt has timed out. Ignores the number of retries (contract 3.3). */
function canForceRetry(state: State, now: number): boolean {
  return state.status === 'FAILED' || (state.status === 'PREPARED' && now > state.retryState.timeoutAt);
}

/** As {@link canForceRetry}, while retries are left (contract 3.3). */
function canRetry(state: State, now: number): boolean {
  return canForceRetry(state, now) && state.isBelowRetryThreshold;
}

type Update = Exclude<Command, { name: 'create_execution_failed' }>;

function accessRefusal(record: Snapshot, command: Update): Refusal | undefined {
  const id = record.aggregateId;
  if (command.ownerId !== '' && command.ownerId !== record.ownerId) {
    return reject('IllegalAccessOwnerAggregate', `Illegal access to a owner aggregate[${id}].`);
  }
  if (command.spaceId !== '' && command.spaceId !== record.spaceId) {
    return reject('IllegalAccessSpaceAggregate', `Illegal access to a space aggregate[${id}].`);
  }
  if (command.name === 'default_recover_aggregate') {
    const message = `Failed to process command[${command.commandId}]: The current StateAggregate[${id}] is not deleted.`;
    return record.deleted ? undefined : reject('IllegalState', message);
  }
  return record.deleted
    ? reject('IllegalAccessDeletedAggregate', `Illegal access to a deleted aggregate[${id}].`)
    : undefined;
}

function decideOnState(state: State, command: Update, now: number): Decision {
  switch (command.name) {
    case 'prepare_compensation':
      return canRetry(state, now) ? prepare(state, now) : refuse('IllegalState', 'ExecutionFailed can not retry.');
    case 'force_prepare_compensation':
      return canForceRetry(state, now)
        ? prepare(state, now)
        : refuse('IllegalState', 'ExecutionFailed can not force retry.');
    case 'apply_execution_success':
      if (state.status !== 'PREPARED') return notPrepared();
      return accept({ name: 'execution_success_applied', body: { executeAt: command.body.executeAt } });
    case 'apply_execution_failed':
      if (state.status !== 'PREPARED') return notPrepared();
      if (command.attempt !== null && command.attempt !== state.retryState.retries) {
        return refuse(
          'CommandExpectVersionConflict',
          `The reported attempt[${command.attempt}] is not the current attempt[${state.retryState.retries}].`,
        );
      }
      return accept({
        name: 'execution_failed_applied',
        body: {
          error: command.body.error,
          executeAt: command.body.executeAt,
          recoverable: command.body.recoverable ?? state.recoverable,
        },
      });
    case 'apply_retry_spec':
      return checkRetrySpec(command.body) ?? accept({ name: 'retry_spec_applied', body: pickRetrySpec(command.body) });
    case 'change_function':
      return sameFunction(state.function, command.body)
        ? refuse(
            'IllegalArgument',
            `ExecutionFailed function is already changed to ${describeFunction(state.function)}.`,
          )
        : accept({ name: 'function_changed', body: pickFunction(command.body) });
    case 'mark_recoverable':
      return state.recoverable === command.body.recoverable
        ? refuse('IllegalArgument', `ExecutionFailed recoverable is already marked to ${state.recoverable}.`)
        : accept({ name: 'recoverable_marked', body: { recoverable: command.body.recoverable } });
    case 'default_delete_aggregate':
      return accept({ name: 'default_aggregate_deleted', body: {} });
    case 'default_recover_aggregate':
      return accept({ name: 'default_aggregate_recovered', body: {} });
    case 'default_apply_resource_tags':
      return accept({ name: 'default_resource_tags_applied', body: { tags: command.body.tags } });
    default:
      return command satisfies never;
  }
}

function create(body: Extract<Command, { name: 'create_execution_failed' }>['body']): Decision {
  const bad = checkRetrySpec(body.retrySpec);
  if (bad) return bad;
  const retryState = nextRetryState(body.retrySpec, 0, body.executeAt);
  if ('ok' in retryState) return retryState;
  return accept({
    name: 'execution_failed_created',
    body: {
      eventId: body.eventId,
      function: body.function,
      error: body.error,
      executeAt: body.executeAt,
      retryState,
      retrySpec: pickRetrySpec(body.retrySpec),
      recoverable: body.recoverable,
    },
  });
}

function prepare(state: State, now: number): Decision {
  const retryState = nextRetryState(state.retrySpec, state.retryState.retries + 1, now);
  if ('ok' in retryState) return retryState;
  return accept({
    name: 'compensation_prepared',
    body: { eventId: state.eventId, function: state.function, retryState },
  });
}

const accept = (event: DomainEvent): Decision => ({ ok: true, event });

const notPrepared = (): Refusal => refuse('IllegalState', 'ExecutionFailed is not prepared.');

const pickRetrySpec = ({ maxRetries, minBackoff, executionTimeout }: RetrySpec): RetrySpec => ({
  maxRetries,
  minBackoff,
  executionTimeout,
});

const pickFunction = ({ functionKind, contextName, processorName, name }: FunctionInfo): FunctionInfo => ({
  functionKind,
  contextName,
  processorName,
  name,
});

const sameFunction = (a: FunctionInfo, b: FunctionInfo): boolean =>
  a.functionKind === b.functionKind &&
  a.contextName === b.contextName &&
  a.processorName === b.processorName &&
  a.name === b.name;

const describeFunction = (f: FunctionInfo): string =>
  `FunctionInfoData(functionKind=${f.functionKind}, contextName=${f.contextName}, processorName=${f.processorName}, name=${f.name})`;
