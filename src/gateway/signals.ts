import {
  AGGREGATE_NAME,
  type AggregateId,
  COMMAND_FUNCTIONS,
  CONTEXT_NAME,
  type FunctionInfo,
  type Outcome,
  TENANT_ID,
  isCommandName,
} from '../domain/index.ts';
import type { CommandResult, WaitSignal } from './messages.ts';

/** A command as the gateway knows it by its ids. */
export interface SentCommand {
  readonly commandId: string;
  readonly requestId: string;
  readonly aggregateId: string;
  readonly name: string;
}

const SEND: FunctionInfo = fn('COMMAND', 'wow', 'CommandGateway', 'send');
const PROCESS: FunctionInfo = fn('COMMAND', 'wow', 'SimpleCommandAggregate', 'process');
const SAVE: FunctionInfo = fn('STATE_EVENT', 'wow', 'SnapshotDispatcher', 'save');

/** The answer to a command that was accepted for processing; `id` is fresh (contract 2.3). */
export function sentResult(command: SentCommand, id: string, version: number | null): CommandResult {
  return toResult(command, signal(command, { id, stage: 'SENT', function: SEND, aggregateVersion: version }));
}

/** The answer to a command that was refused before it was sent. */
export function unsentResult(command: SentCommand, id: string, errorCode: string, errorMsg: string): CommandResult {
  return toResult(command, signal(command, { id, stage: 'SENT', function: SEND, errorCode, errorMsg }));
}

/** The signals that an outcome gives: PROCESSED, and SNAPSHOT with it, since events and snapshot are stored together. */
export function outcomeSignals(command: SentCommand, outcome: Outcome): WaitSignal[] {
  const { version: aggregateVersion } = outcome;
  const handled = fn(
    'COMMAND',
    CONTEXT_NAME,
    'ExecutionFailed',
    isCommandName(command.name) ? COMMAND_FUNCTIONS[command.name] : command.name,
  );
  const processed = { id: command.commandId, stage: 'PROCESSED', aggregateVersion } as const;
  if (!outcome.ok) {
    const { code: errorCode, message: errorMsg, reachedHandler } = outcome;
    return [signal(command, { ...processed, function: reachedHandler ? handled : PROCESS, errorCode, errorMsg })];
  }
  return [
    signal(command, { ...processed, function: handled }),
    signal(command, { id: outcome.streamId, stage: 'SNAPSHOT', function: SAVE, aggregateVersion }),
  ];
}

/** A signal as a result for the caller of `command`. */
export function toResult(command: SentCommand, received: WaitSignal): CommandResult {
  const { aggregateId, bindingErrors, commands: _sent, isLastProjection: _last, ...rest } = received;
  return {
    id: rest.id,
    waitCommandId: rest.waitCommandId,
    stage: rest.stage,
    ...aggregateId,
    aggregateVersion: rest.aggregateVersion,
    requestId: command.requestId,
    commandId: rest.commandId,
    function: rest.function,
    errorCode: rest.errorCode,
    errorMsg: rest.errorMsg,
    ...(bindingErrors.length === 0 ? {} : { bindingErrors }),
    result: rest.result,
    signalTime: rest.signalTime,
    succeeded: rest.errorCode === 'Ok',
  };
}

/** A result as the signal for whoever waits for `waitCommandId` in another service. */
export function toSignal(result: CommandResult, waitCommandId: string): WaitSignal {
  const { id, stage, commandId, aggregateId, aggregateVersion, errorCode, errorMsg, signalTime } = result;
  const about = { id, stage, function: result.function as FunctionInfo, waitCommandId, aggregateVersion };
  return signal({ commandId, aggregateId }, { ...about, errorCode, errorMsg, signalTime });
}

function signal(
  { commandId, aggregateId }: Pick<SentCommand, 'commandId' | 'aggregateId'>,
  about: Pick<WaitSignal, 'id' | 'stage' | 'function'> & Partial<WaitSignal>,
): WaitSignal {
  return {
    waitCommandId: commandId,
    commandId,
    aggregateId: addressOf(aggregateId),
    aggregateVersion: null,
    isLastProjection: false,
    errorCode: 'Ok',
    errorMsg: '',
    bindingErrors: [],
    result: {},
    commands: [],
    signalTime: Date.now(),
    ...about,
  };
}

function addressOf(aggregateId: string): AggregateId {
  return { contextName: CONTEXT_NAME, aggregateName: AGGREGATE_NAME, tenantId: TENANT_ID, aggregateId };
}

function fn(
  functionKind: FunctionInfo['functionKind'],
  contextName: string,
  processorName: string,
  name: string,
): FunctionInfo {
  return { functionKind, contextName, processorName, name };
}
