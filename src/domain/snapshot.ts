import type {
  AGGREGATE_NAME,
  CONTEXT_NAME,
  ErrorDetails,
  EventId,
  ExecutionFailedStatus,
  FunctionInfo,
  RecoverableType,
  RetrySpec,
  RetryState,
  Tags,
} from './values.ts';

/** The state of one failed execution (contract 4.1). */
export interface State {
  readonly id: string;
  readonly eventId: EventId;
  readonly function: FunctionInfo;
  readonly error: ErrorDetails;
  /** Epoch milliseconds of the last execution. */
  readonly executeAt: number;
  readonly retrySpec: RetrySpec;
  readonly retryState: RetryState;
  readonly status: ExecutionFailedStatus;
  readonly recoverable: RecoverableType;
  /** Computed: fewer retries than `maxRetries`. */
  readonly isBelowRetryThreshold: boolean;
  /** Computed: not SUCCEEDED and below the threshold. */
  readonly isRetryable: boolean;
}

/** A record as of one version: the state with what the event store knows about it (contract 4.2, MaterializedSnapshot). */
export interface Snapshot {
  readonly contextName: typeof CONTEXT_NAME;
  readonly aggregateName: typeof AGGREGATE_NAME;
  readonly aggregateId: string;
  readonly tenantId: string;
  readonly ownerId: string;
  readonly spaceId: string;
  readonly version: number;
  /** Id of the last applied event stream. */
  readonly eventId: string;
  readonly firstOperator: string;
  readonly operator: string;
  readonly firstEventTime: number;
  readonly eventTime: number;
  readonly state: State;
  readonly snapshotTime: number;
  readonly tags: Tags;
  readonly deleted: boolean;
}
