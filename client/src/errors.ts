import type { CommandResult } from './command-result.ts';
import type { BindingError } from './values.ts';

/** What is known about a request that did not succeed. */
export interface RequestFailure {
  /** As the contract names it, e.g. `IllegalState`; `Unreachable`, where there was no answer, is the client's own. */
  readonly errorCode: string;
  readonly message: string;
  /** HTTP status; of an error inside a stream, the one that its code has elsewhere. Null: there was no answer. */
  readonly status: number | null;
  readonly bindingErrors?: readonly BindingError[];
  /** Seconds after which another try makes sense. */
  readonly retryAfter?: number | null;
  /** The answer to a command that was refused. */
  readonly result?: CommandResult | null;
  readonly cause?: unknown;
}

/** A request to Redress did not succeed. Every error of the client's requests is one. */
export class RedressError extends Error {
  override readonly name: string = 'RedressError';
  readonly errorCode: string;
  readonly status: number | null;
  readonly bindingErrors: readonly BindingError[];
  readonly retryAfter: number | null;
  readonly result: CommandResult | null;

  constructor({ errorCode, message, status, bindingErrors, retryAfter, result, cause }: RequestFailure) {
    super(message, cause === undefined ? undefined : { cause });
    this.errorCode = errorCode;
    this.status = status;
    this.bindingErrors = bindingErrors ?? [];
    this.retryAfter = retryAfter ?? null;
    this.result = result ?? null;
  }
}

/**
 * Redress did not answer, or is not able to at the moment (no connection, 429, 5xx). Whether a command was carried out is
 * not known: send it again with the same `requestId`, and it takes effect once.
 */
export class UnavailableError extends RedressError {
  override readonly name = 'UnavailableError';
}

/** The answer to a command, or to a query, did not come in time (408). The command itself is not cancelled. */
export class WaitTimeoutError extends RedressError {
  override readonly name = 'WaitTimeoutError';
}

/** Redress refuses the request (4xx): sent again as it is, it would be refused again. */
export class RefusedError extends RedressError {
  override readonly name: string = 'RefusedError';
}

/** There is no such record, or version of it (404). */
export class NotFoundError extends RefusedError {
  override readonly name = 'NotFoundError';
}

/** The record has another version, or attempt, than the one that the command is about (409). */
export class ConflictError extends RefusedError {
  override readonly name = 'ConflictError';
}

/** The record is deleted (410): recover it first. */
export class DeletedError extends RefusedError {
  override readonly name = 'DeletedError';
}

/** A command with this `requestId` came before: what it asks for is done. */
export class DuplicateRequestIdError extends RefusedError {
  override readonly name = 'DuplicateRequestIdError';
}

/** The codes that do not stand for 400. */
const STATUSES: ReadonlyMap<string, number> = new Map([
  ['IllegalAccessOwnerAggregate', 403],
  ['NotFound', 404],
  ['MethodNotAllowed', 405],
  ['NotAcceptable', 406],
  ['RequestTimeout', 408],
  ['EventVersionConflict', 409],
  ['CommandExpectVersionConflict', 409],
  ['SourcingVersionConflict', 409],
  ['IllegalAccessDeletedAggregate', 410],
  ['PayloadTooLarge', 413],
  ['UnsupportedMediaType', 415],
  ['TooManyRequests', 429],
  ['InternalServerError', 500],
  ['ServiceUnavailable', 503],
]);

const CLASSES: ReadonlyMap<number, new (failure: RequestFailure) => RedressError> = new Map<
  number,
  new (failure: RequestFailure) => RedressError
>([
  [404, NotFoundError],
  [408, WaitTimeoutError],
  [409, ConflictError],
  [410, DeletedError],
  [429, UnavailableError],
]);

/** The HTTP status of an error code, for errors that come inside a stream. */
export const statusOf = (errorCode: string): number => STATUSES.get(errorCode) ?? 400;

/** The error of the class that fits. */
export function redressError(failure: RequestFailure): RedressError {
  const { status, errorCode } = failure;
  if (errorCode === 'DuplicateRequestId') return new DuplicateRequestIdError(failure);
  if (status === null || status >= 500) return new UnavailableError(failure);
  const Class = CLASSES.get(status) ?? (status >= 400 ? RefusedError : RedressError);
  return new Class(failure);
}
