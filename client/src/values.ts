/** The values of the contract, word for word. Times are epoch milliseconds, durations of a retry spec are seconds. */

export type FunctionKind = 'COMMAND' | 'SOURCING' | 'EVENT' | 'STATE_EVENT' | 'ERROR';

export type RecoverableType = 'RECOVERABLE' | 'UNRECOVERABLE' | 'UNKNOWN';

export type ExecutionFailedStatus = 'FAILED' | 'PREPARED' | 'SUCCEEDED';

export interface AggregateId {
  readonly contextName: string;
  readonly aggregateName: string;
  readonly aggregateId: string;
  readonly tenantId: string;
}

/** The event whose handling failed. */
export interface EventId {
  readonly id: string;
  readonly aggregateId: AggregateId;
  readonly version: number;
}

/** The handler that failed. */
export interface FunctionInfo {
  readonly functionKind: FunctionKind;
  readonly contextName: string;
  readonly processorName: string;
  readonly name: string;
}

/** A handler, as Redress calls it. `functionKind` is EVENT, unless said otherwise. */
export type FunctionName = Omit<FunctionInfo, 'functionKind'> & Partial<Pick<FunctionInfo, 'functionKind'>>;

export interface BindingError {
  readonly name: string;
  readonly msg: string;
}

/** Why an execution failed. */
export interface ErrorDetails {
  readonly errorCode: string;
  readonly errorMsg: string;
  readonly stackTrace: string;
  /** Left out when empty. */
  readonly bindingErrors?: readonly BindingError[];
  /** Computed by Redress: `errorCode` is `Ok`. */
  readonly succeeded: boolean;
}

export interface RetrySpec {
  /** Retries that Redress makes by itself. */
  readonly maxRetries: number;
  /** Seconds before the first retry; doubled for each one that follows. */
  readonly minBackoff: number;
  /** Seconds that one attempt may take before it counts as lost. */
  readonly executionTimeout: number;
}

/** All times in epoch milliseconds. */
export interface RetryState {
  readonly retries: number;
  readonly retryAt: number;
  readonly timeoutAt: number;
  readonly nextRetryAt: number;
}

export type Tags = Readonly<Record<string, readonly string[]>>;

export type Header = Readonly<Record<string, string>>;
