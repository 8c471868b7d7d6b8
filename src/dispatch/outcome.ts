import type { BindingError, ErrorDetails, RecoverableType } from '../domain/index.ts';

/** How a delivery ended. All times are epoch milliseconds. */
export type DeliveryOutcome =
  | { readonly kind: 'succeeded'; readonly executeAt: number }
  /** The target took the attempt over and will report back until its `timeoutAt`. */
  | { readonly kind: 'accepted' }
  | {
      readonly kind: 'failed';
      readonly error: ErrorDetails;
      readonly executeAt: number;
      /** Only if the target names one: otherwise the record keeps what it says. */
      readonly recoverable?: RecoverableType;
      /** The target asked to be left alone until then; null: it did not. */
      readonly notBefore: number | null;
    };

export type FailedDelivery = Extract<DeliveryOutcome, { kind: 'failed' }>;

/** What is known about a failure; `succeeded` follows from it. */
export interface Failure {
  readonly errorCode: string;
  readonly errorMsg: string;
  readonly stackTrace?: string;
  readonly bindingErrors?: readonly BindingError[];
}

/** The outcome of a delivery that failed at `executeAt`. Stack traces are the target's or none, never those of this process. */
export function failed(failure: Failure, executeAt: number): FailedDelivery {
  const { errorCode, errorMsg, stackTrace = '', bindingErrors = [] } = failure;
  return {
    kind: 'failed',
    error: {
      errorCode,
      errorMsg,
      stackTrace,
      ...(bindingErrors.length > 0 ? { bindingErrors } : {}),
      succeeded: false,
    },
    executeAt,
    notBefore: null,
  };
}
