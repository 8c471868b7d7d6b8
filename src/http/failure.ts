import type { Logger } from 'pino';
import { GatewayError } from '../gateway/index.ts';
import { SourcingConflict } from '../history/index.ts';
import { StoreRefused, StoreUnavailable } from '../store/index.ts';
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

/** Sorts an error that ended a request. Whatever is not known is a defect: logged in full, while the caller learns nothing of it. */
export function failureOf(error: unknown, log: Logger): Failure {
  if (error instanceof RequestError) return failure(errorInfo(error.code, error.message, error.bindingErrors));
  if (error instanceof GatewayError) {
    return failure({ ...errorInfo(error.code, error.message), ...error.details }, error.retryAfter);
  }
  if (error instanceof StoreUnavailable) {
    log.warn({ reason: error.message }, 'a request found the store unavailable');
    return failure(errorInfo('ServiceUnavailable', 'The store does not answer at the moment. Try again in a second.'));
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

/** What Express and its body reader throw at a bad request: errors with a 4xx status of their own. */
function rawMistake(error: unknown): ErrorInfo | null {
  if (!(error instanceof Error) || !('status' in error) || typeof error.status !== 'number') return null;
  if (error.status < 400 || error.status > 499) return null;
  if (error.status === 413) {
    const limit = 'limit' in error && typeof error.limit === 'number' ? `${error.limit} bytes` : 'the limit';
    return errorInfo('PayloadTooLarge', `The body is larger than ${limit}.`);
  }
  return errorInfo(error.status === 415 ? 'UnsupportedMediaType' : 'IllegalArgument', error.message);
}
