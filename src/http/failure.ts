import type { Logger } from 'pino';
import { GatewayError } from '../gateway/index.ts';
import { BatchInterrupted, SourcingConflict } from '../history/index.ts';
import { QueryRefused } from '../query/index.ts';
import { NoMachineId, StoreBusy, StoreRefused, StoreTimeout, StoreUnavailable } from '../store/index.ts';
import { type ErrorInfo, errorInfo, statusOf } from './error-info.ts';
import { RequestError } from './request-error.ts';

/** What a caller is told about an error. */
export interface Failure {
  readonly status: number;
  /** With ServiceUnavailable after a send, also the ids to ask for or to repeat the command with. */
  readonly info: ErrorInfo & {
    readonly commandId?: string;
    readonly aggregateId?: string;
    readonly requestId?: string;
  };
  /** Seconds; null: repeating the request does not help. */
  readonly retryAfter: number | null;
}

/** Where nobody knows better: seconds until another try makes sense. */
const RETRY_AFTER = 1;
/** Streams take seconds to minutes. */
const RETRY_STREAM_AFTER = 5;

const TOOK_TOO_LONG =
  'The store did not get this done in the time it may take. Narrow the condition, sort by another field, or ask for less at a time.';

/** Sorts an error that ended a request. Whatever is not known is a defect: logged in full, while the caller learns nothing of it. */
export function failureOf(error: unknown, log: Logger): Failure {
  if (error instanceof RequestError || error instanceof QueryRefused)
    return failure(errorInfo(error.code, error.message, error.bindingErrors));
  if (error instanceof GatewayError) {
    return failure({ ...errorInfo(error.code, error.message), ...error.details }, error.retryAfter);
  }
  if (error instanceof StoreBusy) {
    const message = `All ${error.limit} streams for long lists are in use. Try again in a few seconds, or ask for fewer rows.`;
    return failure(errorInfo('TooManyRequests', message), RETRY_STREAM_AFTER);
  }
  if (error instanceof StoreTimeout) {
    log.warn({ reason: error.message }, 'a request took the store too long');
    return failure(errorInfo('RequestTimeout', TOOK_TOO_LONG));
  }
  if (error instanceof NoMachineId) return failure(errorInfo('ServiceUnavailable', error.message));
  if (error instanceof StoreUnavailable) {
    log.warn({ reason: error.message }, 'a request found the store unavailable');
    return failure(errorInfo('ServiceUnavailable', 'The store does not answer at the moment. Try again in a second.'));
  }
  if (error instanceof BatchInterrupted) {
    const { info, ...rest } = failureOf(error.cause, log);
    return { ...rest, info: { ...info, errorMsg: `${info.errorMsg} ${error.message}` } };
  }
  if (error instanceof SourcingConflict) {
    log.error({ err: error }, 'a record cannot be sourced from its events');
    return failure(errorInfo('SourcingVersionConflict', error.message));
  }
  if (error instanceof StoreRefused)
    return failure(errorInfo('IllegalArgument', `The store refuses it: ${error.message}`));
  const mistake = rawMistake(error);
  if (mistake !== null) return failure(mistake);
  log.error({ err: error }, 'a request failed unexpectedly');
  return failure(errorInfo('InternalServerError', 'Unexpected server error'));
}

function failure(info: Failure['info'], retryAfter: number | null = null): Failure {
  const status = statusOf(info.errorCode);
  return { status, info, retryAfter: retryAfter ?? (status === 429 || status === 503 ? RETRY_AFTER : null) };
}

/** The codes of what is no mistake in a value. */
const CODES: Readonly<Record<number, string>> = {
  404: 'NotFound',
  412: 'PreconditionFailed',
  415: 'UnsupportedMediaType',
  416: 'RangeNotSatisfiable',
};

/** What Express and its body reader throw at a bad request: errors with a 4xx status of their own. */
function rawMistake(error: unknown): ErrorInfo | null {
  if (!(error instanceof Error) || !('status' in error) || typeof error.status !== 'number') return null;
  if (error.status < 400 || error.status > 499) return null;
  if (error.status === 413) {
    const limit = 'limit' in error && typeof error.limit === 'number' ? `${error.limit} bytes` : 'the limit';
    return errorInfo('PayloadTooLarge', `The body is larger than ${limit}.`);
  }
  return errorInfo(CODES[error.status] ?? 'IllegalArgument', error.message);
}
