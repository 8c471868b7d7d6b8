import type { BindingError } from '../domain/index.ts';

/** The error body of everything that is not a command result (contract 1.5). */
export interface ErrorInfo {
  readonly errorCode: string;
  readonly errorMsg: string;
  /** Left out when empty. */
  readonly bindingErrors?: readonly BindingError[];
  readonly succeeded: boolean;
}

/** The error body for a code of contract 1.6. */
export function errorInfo(errorCode: string, errorMsg: string, bindingErrors: readonly BindingError[] = []): ErrorInfo {
  return {
    errorCode,
    errorMsg,
    ...(bindingErrors.length === 0 ? {} : { bindingErrors }),
    succeeded: errorCode === 'Ok',
  };
}

/** The codes that do not answer 400 (contract 1.6; the last three and 503 are ours). */
const STATUSES: Readonly<Record<string, number>> = {
  Ok: 200,
  IllegalAccessOwnerAggregate: 403,
  NotFound: 404,
  MethodNotAllowed: 405,
  NotAcceptable: 406,
  RequestTimeout: 408,
  EventVersionConflict: 409,
  CommandExpectVersionConflict: 409,
  SourcingVersionConflict: 409,
  IllegalAccessDeletedAggregate: 410,
  PreconditionFailed: 412,
  PayloadTooLarge: 413,
  UnsupportedMediaType: 415,
  RangeNotSatisfiable: 416,
  TooManyRequests: 429,
  InternalServerError: 500,
  ServiceUnavailable: 503,
};

/** The HTTP status of a code; codes without one of their own, foreign ones too, are the caller's mistake. */
export function statusOf(errorCode: string): number {
  return Object.hasOwn(STATUSES, errorCode) ? (STATUSES[errorCode] ?? 400) : 400;
}
