import { HandlerError } from './handlers.ts';

/** What went wrong, in the form in which it is reported and answered (`state.error` of a record). */
export interface ErrorDetails {
  readonly errorCode: string;
  readonly errorMsg: string;
  readonly stackTrace: string;
}

/** What a service tells about an error of a handler: its stack trace ends with those of its causes. */
export function describeError(error: unknown): ErrorDetails {
  if (!(error instanceof Error)) return { errorCode: 'Unknown', errorMsg: String(error), stackTrace: '' };
  return {
    errorCode: error instanceof HandlerError ? error.code : error.name,
    errorMsg: error.message,
    stackTrace: traceOf(error),
  };
}

function traceOf(error: Error): string {
  const own = error.stack ?? '';
  return error.cause instanceof Error ? `${own}\nCaused by: ${traceOf(error.cause)}` : own;
}
