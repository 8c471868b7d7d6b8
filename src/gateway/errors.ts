/** Why the gateway could not answer; codes are the contract's (1.6) plus `ServiceUnavailable` and `PayloadTooLarge`. */
export type GatewayErrorCode =
  'RequestTimeout' | 'TooManyRequests' | 'ServiceUnavailable' | 'IllegalArgument' | 'PayloadTooLarge';

/** A command that got no answer. Whether it was carried out is in the message: a person reads it at 3 a.m. */
export class GatewayError extends Error {
  override readonly name = 'GatewayError';
  readonly code: GatewayErrorCode;
  /** Seconds after which trying again makes sense; null: no advice. */
  readonly retryAfter: number | null;
  /** With ServiceUnavailable after a send: the ids to ask for, or to repeat the command with. */
  readonly details: { readonly commandId: string; readonly aggregateId: string; readonly requestId: string } | null;

  constructor(
    code: GatewayErrorCode,
    message: string,
    options: { retryAfter?: number; details?: GatewayError['details']; cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause });
    this.code = code;
    this.retryAfter = options.retryAfter ?? null;
    this.details = options.details ?? null;
  }
}
