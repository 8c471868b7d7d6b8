import type { CommandResult, WaitStage } from './command-result.ts';
import type { AggregateId, ErrorDetails, FunctionInfo, RecoverableType, RetrySpec, Tags } from './values.ts';
import { type Call, type Transport, frameError } from './transport.ts';

/** How long the service waits for a stage, unless told otherwise, in milliseconds. */
const WAIT_TIMEOUT = 30_000;
/** Milliseconds that an answer may be late before the client gives up by itself. */
const GRACE = 5_000;

type Optional<Type, Key extends keyof Type> = Omit<Type, Key> & Partial<Pick<Type, Key>>;

/** An error as it is reported. */
export type ReportedError = Omit<ErrorDetails, 'succeeded'>;

/** A failed execution to record. */
export interface CreateExecutionFailed {
  readonly eventId: {
    readonly id: string;
    readonly aggregateId: Optional<AggregateId, 'tenantId'>;
    readonly version: number;
  };
  readonly function: FunctionInfo;
  readonly error: ReportedError;
  /** Epoch milliseconds. */
  readonly executeAt: number;
  /** Without it, what Redress is configured with. */
  readonly retrySpec?: RetrySpec;
  /** Without it, UNKNOWN. */
  readonly recoverable?: RecoverableType;
}

/** How an attempt succeeded. */
export interface ApplyExecutionSuccess {
  /** Epoch milliseconds. */
  readonly executeAt: number;
}

/** How an attempt failed. */
export interface ApplyExecutionFailed {
  readonly error: ReportedError;
  /** Epoch milliseconds. */
  readonly executeAt: number;
  /** Without it, UNKNOWN: the record does not keep what it says. */
  readonly recoverable?: RecoverableType;
}

/** Whose signal a wait for PROJECTED, EVENT_HANDLED or SAGA_HANDLED ends with; what is left out matches anything. */
export interface WaitFunction {
  readonly contextName?: string;
  readonly processorName?: string;
  readonly name?: string;
}

/** What may be said about any command. */
export interface CommandOptions {
  /** The stage to wait for; without it PROCESSED. SNAPSHOT: queries see what the command did. */
  readonly waitStage?: WaitStage;
  readonly waitFunction?: WaitFunction;
  /** With SAGA_HANDLED: what to wait for of the commands that the saga sends. */
  readonly waitTail?: { readonly stage: WaitStage; readonly function?: WaitFunction };
  /** Milliseconds until a WaitTimeoutError; without it 30 s. */
  readonly waitTimeout?: number;
  /** Makes the command safe to repeat: one request id, one effect; what comes again gets a DuplicateRequestIdError. */
  readonly requestId?: string;
  /** Refused with a ConflictError where the record has another version. */
  readonly expectedVersion?: number;
  readonly ownerId?: string;
  readonly spaceId?: string;
  /** Goes with the command as headers of its own. */
  readonly header?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

export interface CreateOptions extends Omit<CommandOptions, 'expectedVersion'> {
  /** Id of the new record; without it one is made. */
  readonly aggregateId?: string;
}

export interface OutcomeOptions extends CommandOptions {
  /** The attempt (`retryState.retries`) that is reported on: a failure that is late is refused with a ConflictError. */
  readonly attempt?: number;
}

/** Every command of the contract; `id` is that of the record. */
export interface CommandFunctions<Answer> {
  /** Reports a failed execution. */
  createExecutionFailed(body: CreateExecutionFailed, options?: CreateOptions): Answer;
  /** Begins a retry now, where retries are left. */
  prepareCompensation(id: string, options?: CommandOptions): Answer;
  /** Begins a retry now, also where none is left. */
  forcePrepareCompensation(id: string, options?: CommandOptions): Answer;
  applyExecutionSuccess(id: string, body: ApplyExecutionSuccess, options?: OutcomeOptions): Answer;
  applyExecutionFailed(id: string, body: ApplyExecutionFailed, options?: OutcomeOptions): Answer;
  applyRetrySpec(id: string, body: RetrySpec, options?: CommandOptions): Answer;
  /** Says that another function is to be retried. */
  changeFunction(id: string, body: FunctionInfo, options?: CommandOptions): Answer;
  markRecoverable(id: string, recoverable: RecoverableType, options?: CommandOptions): Answer;
  deleteAggregate(id: string, options?: CommandOptions): Answer;
  recoverAggregate(id: string, options?: CommandOptions): Answer;
  applyResourceTags(id: string, tags: Tags, options?: CommandOptions): Answer;
}

/** All commands, each sent by `send`. */
function commandFunctions<Answer>(send: (call: Call) => Answer): CommandFunctions<Answer> {
  const sendTo = (id: string, name: string, body: unknown, options: OutcomeOptions = {}, method = 'PUT'): Answer =>
    send(commandCall(method, `${recordPath(id)}${name === '' ? '' : `/${name}`}`, body, options));
  return {
    createExecutionFailed: (body, options = {}) =>
      send(commandCall('POST', '/execution_failed/create_execution_failed', body, options)),
    prepareCompensation: (id, options) => sendTo(id, 'prepare_compensation', {}, options),
    forcePrepareCompensation: (id, options) => sendTo(id, 'force_prepare_compensation', {}, options),
    applyExecutionSuccess: (id, body, options) => sendTo(id, 'apply_execution_success', body, options),
    applyExecutionFailed: (id, body, options) => sendTo(id, 'apply_execution_failed', body, options),
    applyRetrySpec: (id, body, options) => sendTo(id, 'apply_retry_spec', body, options),
    changeFunction: (id, body, options) => sendTo(id, 'change_function', body, options),
    markRecoverable: (id, recoverable, options) => sendTo(id, 'mark_recoverable', { recoverable }, options),
    deleteAggregate: (id, options) => sendTo(id, '', {}, options, 'DELETE'),
    recoverAggregate: (id, options) => sendTo(id, 'recover', {}, options),
    applyResourceTags: (id, tags, options) => sendTo(id, 'tags', { tags }, options),
  };
}

/** Commands that resolve with the result of the stage that is waited for. */
export const createCommands = (transport: Transport): CommandFunctions<Promise<CommandResult>> =>
  commandFunctions((call) => transport.json<CommandResult>(call));

/** Commands that tell of every stage as it is reached. The command is sent when the first one is asked for. */
export const createStages = (transport: Transport): CommandFunctions<AsyncGenerator<CommandResult, void>> =>
  commandFunctions(async function* (call) {
    for await (const frame of transport.frames(call)) {
      const error = frameError(frame);
      if (error !== null) throw error;
      if (frame.data !== null) yield JSON.parse(frame.data) as CommandResult;
    }
  });

/** The path of everything about a record. */
export const recordPath = (id: string): string => `/execution_failed/${encodeURIComponent(id)}`;

function commandCall(method: string, path: string, body: unknown, options: OutcomeOptions & CreateOptions): Call {
  const { signal, waitTimeout } = options;
  const timeout = (waitTimeout ?? WAIT_TIMEOUT) + GRACE;
  return { method, path, body, headers: commandHeaders(options), signal, timeout };
}

function commandHeaders(options: OutcomeOptions & CreateOptions): Record<string, string> {
  const { waitTail } = options;
  const headers: Record<string, string | number | undefined> = {
    'Command-Wait-Stage': options.waitStage,
    'Command-Wait-Timeout': options.waitTimeout,
    'Command-Wait-Tail-Stage': waitTail?.stage,
    ...functionHeaders('Command-Wait', options.waitFunction),
    ...functionHeaders('Command-Wait-Tail', waitTail?.function),
    'Command-Aggregate-Id': options.aggregateId,
    'Command-Request-Id': options.requestId,
    'Command-Aggregate-Version': options.expectedVersion,
    'Command-Owner-Id': options.ownerId,
    'Wow-Space-Id': options.spaceId,
    'Redress-Attempt': options.attempt,
  };
  for (const [key, value] of Object.entries(options.header ?? {})) headers[`Command-Header-${key}`] = value;
  const given = Object.entries(headers).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given.map(([name, value]) => [name, String(value)]));
}

const functionHeaders = (prefix: string, { contextName, processorName, name }: WaitFunction = {}) => ({
  [`${prefix}-Context`]: contextName,
  [`${prefix}-Processor`]: processorName,
  [`${prefix}-Function`]: name,
});
