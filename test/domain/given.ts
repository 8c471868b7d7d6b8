import { nextEventStream } from '../../src/command-handler/event-stream.ts';
import {
  type Command,
  type CommandBodies,
  type CommandEnvelope,
  type CommandName,
  type CreateExecutionFailed,
  type ErrorDetails,
  type EventStream,
  type Snapshot,
  decide,
  evolve,
} from '../../src/domain/index.ts';

export const ID = '0UvW2Apk0001002';
/** When the execution failed, in epoch milliseconds. */
export const T0 = 1_756_700_000_000;

export const ERROR: ErrorDetails = {
  errorCode: 'BadRequest',
  errorMsg: 'mail gateway refused',
  stackTrace: 'java.lang.IllegalStateException: boom',
  succeeded: false,
};

export const FAILURE: CreateExecutionFailed = {
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
  function: {
    functionKind: 'EVENT',
    contextName: 'notice-service',
    processorName: 'OrderNoticeSaga',
    name: 'onOrderPaid',
  },
  error: ERROR,
  executeAt: T0,
  retrySpec: { maxRetries: 2, minBackoff: 180, executionTimeout: 120 },
  recoverable: 'UNKNOWN',
};

let sequence = 0;
/** An id that no other command of this process has. */
export const nextId = (): string => `id-${(sequence += 1)}`;

/** A command with fresh ids, sent to {@link ID} by nobody in particular. */
export function command<Name extends CommandName>(
  name: Name,
  body: CommandBodies[Name],
  envelope: Partial<CommandEnvelope> = {},
): Command {
  const commandId = nextId();
  return {
    commandId,
    requestId: commandId,
    aggregateId: ID,
    ownerId: '',
    spaceId: '',
    expectedVersion: null,
    attempt: null,
    header: {},
    ...envelope,
    name,
    body,
  } as Command;
}

export const create = (body: Partial<CreateExecutionFailed> = {}, envelope: Partial<CommandEnvelope> = {}): Command =>
  command('create_execution_failed', { ...FAILURE, ...body }, envelope);
export const prepare = (): Command => command('prepare_compensation', {});
export const succeed = (executeAt = T0): Command => command('apply_execution_success', { executeAt });
export const fail = (): Command =>
  command('apply_execution_failed', { error: ERROR, executeAt: T0, recoverable: 'UNKNOWN' });
export const remove = (): Command => command('default_delete_aggregate', {});
export const recover = (): Command => command('default_recover_aggregate', {});

/** The streams that `steps`, each a command and its time, leave behind. All of them have to be accepted. */
export function streamsOf(...steps: readonly (readonly [Command, number])[]): EventStream[] {
  const streams: EventStream[] = [];
  let record: Snapshot | null = null;
  for (const [step, at] of steps) {
    const decision = decide(record, step, at);
    if (!decision.ok) throw new Error(`${step.name} is refused: ${decision.message}`);
    const stream = nextEventStream(record, step, decision.event, at, nextId);
    streams.push(stream);
    record = evolve(record, stream);
  }
  return streams;
}

/** The record after `steps`. */
export function given(...steps: readonly (readonly [Command, number])[]): Snapshot {
  const record = streamsOf(...steps).reduce<Snapshot | null>(evolve, null);
  if (record === null) throw new Error('a record needs at least one step');
  return record;
}
