import type { BindingError } from '../domain/index.ts';

/** A request that cannot be taken as it is: the caller's mistake, answered with the code's status (contract 1.6). */
export class RequestError extends Error {
  override readonly name = 'RequestError';
  readonly code: string;
  readonly bindingErrors: readonly BindingError[];

  constructor(code: string, message: string, bindingErrors: readonly BindingError[] = []) {
    super(message);
    this.code = code;
    this.bindingErrors = bindingErrors;
  }
}

/** A request with a value that is not what it should be, the most frequent mistake. */
export const illegalArgument = (message: string): RequestError => new RequestError('IllegalArgument', message);
