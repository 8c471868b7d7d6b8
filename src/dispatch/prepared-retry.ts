import type {
  ErrorDetails,
  EventId,
  FunctionInfo,
  RecoverableType,
  RetrySpec,
  RetryState,
  Snapshot,
} from '../domain/index.ts';

/** A target has so long at most to answer one delivery, in milliseconds; longer work answers 202 and reports back. */
export const MAX_DELIVERY_TIME = 60 * 60 * 1000;

/**
 * The error as a target gets it. The stack trace stays in the record: it is the largest part by far, the target cannot
 * act on it, and it may tell more about the failed process than the receiver of the retry should know.
 */
export type DeliveredError = Omit<ErrorDetails, 'stackTrace'>;

/** One attempt at a failed execution, as a target gets it. All times are epoch milliseconds. */
export interface PreparedRetry {
  readonly executionId: string;
  /** Version of the record when the delivery started: a redelivery of the same attempt may carry a later one. */
  readonly version: number;
  /** Which retry this is, counted from 1 (`retryState.retries`). */
  readonly attempt: number;
  readonly eventId: EventId;
  readonly function: FunctionInfo;
  /** Why the execution failed the last time. */
  readonly error: DeliveredError;
  /** When it failed the last time. */
  readonly executeAt: number;
  readonly retrySpec: RetrySpec;
  readonly retryState: RetryState;
  readonly recoverable: RecoverableType;
  /** Until when the answer has to be there: the attempt's `timeoutAt`, at most {@link MAX_DELIVERY_TIME} after the start. */
  readonly deadline: number;
  /** Where the record is found, and its page in the Temporal Web UI, which is left out where no address of that is configured. */
  readonly links: { readonly record: string; readonly workflow?: string };
}

/** What is to be delivered for the record at `now`; null: nothing, since no attempt is in flight or its time is over. */
export function prepareRetry(snapshot: Snapshot, now: number): Omit<PreparedRetry, 'links'> | null {
  const { state, version, deleted } = snapshot;
  if (deleted || state.status !== 'PREPARED' || now >= state.retryState.timeoutAt) return null;
  return {
    executionId: state.id,
    version,
    attempt: state.retryState.retries,
    eventId: state.eventId,
    function: state.function,
    error: withoutStackTrace(state.error),
    executeAt: state.executeAt,
    retrySpec: state.retrySpec,
    retryState: state.retryState,
    recoverable: state.recoverable,
    deadline: Math.min(state.retryState.timeoutAt, now + MAX_DELIVERY_TIME),
  };
}

function withoutStackTrace({ errorCode, errorMsg, bindingErrors, succeeded }: ErrorDetails): DeliveredError {
  return { errorCode, errorMsg, ...(bindingErrors === undefined ? {} : { bindingErrors }), succeeded };
}

/**
 * `<id>:<attempt>`: the same for every delivery of one attempt, another one for the next. Ids may hold any character
 * but a header may not, so what is not plain ASCII is percent-encoded.
 */
export function idempotencyKey({ executionId, attempt }: Pick<PreparedRetry, 'executionId' | 'attempt'>): string {
  const id = executionId.toWellFormed().replace(/[^\x21-\x24\x26-\x7e]/gu, encodeURIComponent);
  return `${id}:${attempt}`;
}

/** A prepared retry in the form in which targets get it: with the key that tells the deliveries of one attempt from others. */
export interface RetryArgument extends PreparedRetry {
  readonly idempotencyKey: string;
}

/** The body of a request, and the argument of an activity. */
export const toArgument = (prepared: PreparedRetry): RetryArgument => ({
  idempotencyKey: idempotencyKey(prepared),
  ...prepared,
});
