import type { BindingError, RecoverableType } from './values.ts';

/** What a handler may say about its failure beside a message. */
export interface ExecutionErrorOptions extends ErrorOptions {
  readonly recoverable?: RecoverableType;
  readonly bindingErrors?: readonly BindingError[];
  /** Seconds that Redress is to wait at least before the next attempt, 24 hours at most. An HTTP target only can say so. */
  readonly retryAfter?: number;
}

/** For handlers that know more about their failure than a message: throw it, or a class of your own that extends it. */
export class ExecutionError extends Error {
  override readonly name: string = 'ExecutionError';
  readonly errorCode: string;
  readonly recoverable: RecoverableType | null;
  readonly bindingErrors: readonly BindingError[];
  readonly retryAfter: number | null;

  constructor(errorCode: string, message: string, options: ExecutionErrorOptions = {}) {
    super(message, options);
    this.errorCode = errorCode;
    this.recoverable = options.recoverable ?? null;
    this.bindingErrors = options.bindingErrors ?? [];
    this.retryAfter = options.retryAfter ?? null;
  }
}
