import {
  ActivityFailure,
  ApplicationFailure,
  CancelledFailure,
  TemporalFailure,
  TimeoutFailure,
} from '@temporalio/workflow';
import type { BindingError, ErrorDetails, RecoverableType } from '../src/domain/index.ts';
import type { Delivered } from './activities.ts';

/** Who executed a retry that failed, for the messages; `limit`: milliseconds that it had. */
export interface Executor {
  readonly target: string;
  readonly queue: string;
  readonly namespace: string;
  readonly limit: number;
}

/**
 * Characters that are taken over of what a worker says. A record keeps less; but on its way there it may be the argument
 * of an activity, whose size is limited.
 */
const MAX_STACK_TRACE = 96 * 1024;
const MAX_TEXT = 16 * 1024;
const MAX_BINDING_ERRORS = 20;
/** Causes of causes that are told of. */
const MAX_CAUSES = 10;

const RECOVERABLE_TYPES: readonly RecoverableType[] = ['RECOVERABLE', 'UNRECOVERABLE', 'UNKNOWN'];
/** Stands for success in a record (contract 3.1), so it says nothing about a failure. */
const SUCCESS = 'Ok';

/** What `error`, with which the activity of a retry ended at `now` (epoch milliseconds), says about the retry. */
export function retryFailed(error: unknown, executor: Executor, now: number): Delivered {
  const cause = error instanceof ActivityFailure ? error.cause : error;
  const said = cause instanceof ApplicationFailure ? cause : null;
  const recoverable = said === null ? null : recoverableOf(said);
  return {
    kind: 'failed',
    error: describe(cause, executor, said === null ? [] : bindingErrorsOf(said)),
    executeAt: now,
    ...(recoverable === null ? {} : { recoverable }),
    notBefore: said === null ? null : notBefore(said, now),
  };
}

function describe(cause: unknown, executor: Executor, bindingErrors: readonly BindingError[]): ErrorDetails {
  const [code, message] = nameOf(cause, executor);
  const errorCode = cutTo(MAX_TEXT, code);
  return {
    errorCode: errorCode.trim() === '' || errorCode === SUCCESS ? 'RetryFailed' : errorCode,
    errorMsg: message.trim() === '' ? `${place(executor)} failed without a message.` : cutTo(MAX_TEXT, message),
    stackTrace: cutTo(MAX_STACK_TRACE, stackTraceOf(cause)),
    ...(bindingErrors.length > 0 ? { bindingErrors } : {}),
    succeeded: false,
  };
}

const place = ({ target, queue }: Executor): string => `Target "${target}" (task queue "${queue}")`;

/** Code and message of the error. */
function nameOf(cause: unknown, executor: Executor): [code: string, message: string] {
  if (cause instanceof TimeoutFailure) return timedOut(cause, executor);
  if (cause instanceof CancelledFailure) {
    return ['RetryCancelled', `${place(executor)} gave the retry up as cancelled, which Redress had not asked for.`];
  }
  if (cause instanceof ApplicationFailure) return [cause.type ?? '', cause.message];
  return cause instanceof Error ? [cause.name, cause.message] : ['RetryFailed', String(cause)];
}

function timedOut({ timeoutType }: TimeoutFailure, executor: Executor): [code: string, message: string] {
  const seconds = (executor.limit / 1_000).toFixed(1);
  switch (timeoutType) {
    case 'SCHEDULE_TO_START':
      return [
        'NoWorker',
        `${place(executor)} did not begin the retry within ${seconds} s: is a worker with the activity "retryExecution" running on that queue in namespace "${executor.namespace}", and has it room for more?`,
      ];
    case 'HEARTBEAT':
      return [
        'HeartbeatTimeout',
        `${place(executor)} stopped sending heartbeats: its worker may have died in the middle of the retry, or "heartbeatTimeout" in the targets file is too short.`,
      ];
    default:
      return [
        'RequestTimeout',
        `${place(executor)} had no result within ${seconds} s. Work that takes longer returns {"accepted": true} and reports back, or gets a longer executionTimeout.`,
      ];
  }
}

/** The stack of the error and of what caused it, in the form that people know. */
function stackTraceOf(cause: unknown): string {
  const parts: string[] = [];
  for (let next = cause; next instanceof Error && parts.length <= MAX_CAUSES; next = next.cause) {
    const stack = next.stack ?? '';
    parts.push(parts.length === 0 ? stack : `Caused by: ${titleOf(next)}\n${stack}`);
  }
  return parts.join('\n').trim();
}

const titleOf = (error: Error): string =>
  `${error instanceof ApplicationFailure ? (error.type ?? error.name) : error.name}: ${error.message}`;

/** The first detail of the failure may say what a record can hold beside code, message and stack. */
function spokenDetails({ details }: ApplicationFailure): Readonly<Record<string, unknown>> {
  const first = details?.[0];
  return typeof first === 'object' && first !== null ? { ...first } : {};
}

/**
 * The recoverability that the failure names; null: none, so the record keeps its own. Who says that a failure must not be
 * retried, and nothing else, means just that.
 */
function recoverableOf(failure: ApplicationFailure): RecoverableType | null {
  const { recoverable } = spokenDetails(failure);
  const named = typeof recoverable === 'string' ? recoverable.toUpperCase() : null;
  const known = RECOVERABLE_TYPES.find((type) => type === named);
  return known ?? (failure.nonRetryable === true ? 'UNRECOVERABLE' : null);
}

function bindingErrorsOf(failure: ApplicationFailure): readonly BindingError[] {
  const { bindingErrors } = spokenDetails(failure);
  if (!Array.isArray(bindingErrors)) return [];
  return bindingErrors.filter(isBindingError).slice(0, MAX_BINDING_ERRORS).map(cutBindingError);
}

const isBindingError = (value: unknown): value is BindingError =>
  typeof value === 'object' &&
  value !== null &&
  'name' in value &&
  typeof value.name === 'string' &&
  'msg' in value &&
  typeof value.msg === 'string';

const cutBindingError = ({ name, msg }: BindingError): BindingError => ({
  name: cutTo(MAX_TEXT / MAX_BINDING_ERRORS, name),
  msg: cutTo(MAX_TEXT / MAX_BINDING_ERRORS, msg),
});

/** Until when the failure asks to wait, epoch milliseconds; null: it does not. The SDK keeps the delay only in the message of Temporal. */
function notBefore({ failure }: TemporalFailure, now: number): number | null {
  const delay = failure?.applicationFailureInfo?.nextRetryDelay;
  const asked = 1_000 * (delay?.seconds?.toNumber() ?? 0) + Math.round((delay?.nanos ?? 0) / 1_000_000);
  return asked > 0 ? now + asked : null;
}

const cutTo = (limit: number, text: string): string => text.slice(0, limit).toWellFormed();
