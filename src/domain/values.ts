/** The value types of the contract (section 3.1), word for word. Times are epoch milliseconds, durations of a retry spec are seconds. */

export const CONTEXT_NAME = 'compensation-service';
export const AGGREGATE_NAME = 'execution_failed';
/** The aggregate has one static tenant (contract 1.1). */
export const TENANT_ID = '(0)';

export const FUNCTION_KINDS = ['COMMAND', 'SOURCING', 'EVENT', 'STATE_EVENT', 'ERROR'] as const;
export type FunctionKind = (typeof FUNCTION_KINDS)[number];

export const RECOVERABLE_TYPES = ['RECOVERABLE', 'UNRECOVERABLE', 'UNKNOWN'] as const;
export type RecoverableType = (typeof RECOVERABLE_TYPES)[number];

export type ExecutionFailedStatus = 'FAILED' | 'PREPARED' | 'SUCCEEDED';

export interface AggregateId {
  readonly contextName: string;
  readonly aggregateName: string;
  readonly aggregateId: string;
  readonly tenantId: string;
}

/** The domain event of the other service whose handling failed. */
export interface EventId {
  readonly id: string;
  readonly aggregateId: AggregateId;
  readonly version: number;
}

/** The handler function that failed. */
export interface FunctionInfo {
  readonly functionKind: FunctionKind;
  readonly contextName: string;
  readonly processorName: string;
  readonly name: string;
}

export interface BindingError {
  readonly name: string;
  readonly msg: string;
}

/** `bindingErrors` is left out when empty; `succeeded` is computed: `errorCode` is `Ok`. */
export interface ErrorDetails {
  readonly errorCode: string;
  readonly errorMsg: string;
  readonly stackTrace: string;
  readonly bindingErrors?: readonly BindingError[];
  readonly succeeded: boolean;
}

export interface RetrySpec {
  readonly maxRetries: number;
  /** Seconds. */
  readonly minBackoff: number;
  /** Seconds. */
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

/** String map on the wire (contract 4.5). */
export type Header = Readonly<Record<string, string>>;

/** How the original prints an aggregate id in its messages. */
export function describeAggregate(id: string): string {
  return `AggregateId(contextName=${CONTEXT_NAME}, aggregateName=${AGGREGATE_NAME}, tenantId=${TENANT_ID}, id=${id})`;
}
