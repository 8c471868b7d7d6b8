/** The argument of `retryExecution`: one attempt at a failed execution. Times are epoch milliseconds. Expect further fields. */
export interface PreparedRetry {
  /** Equal for every delivery of this attempt. */
  readonly idempotencyKey: string;
  readonly executionId: string;
  /** Counted from 1. */
  readonly attempt: number;
  /** The event whose handling failed. */
  readonly eventId: {
    readonly id: string;
    readonly aggregateId: {
      readonly contextName: string;
      readonly aggregateName: string;
      readonly aggregateId: string;
      readonly tenantId: string;
    };
    readonly version: number;
  };
  /** The handler that failed. */
  readonly function: {
    readonly functionKind: string;
    readonly contextName: string;
    readonly processorName: string;
    readonly name: string;
  };
  readonly error: { readonly errorCode: string; readonly errorMsg: string };
  readonly executeAt: number;
  /** When the result has to be there. */
  readonly deadline: number;
  readonly links: { readonly record: string; readonly workflow?: string };
}
