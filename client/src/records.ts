import type {
  ErrorDetails,
  EventId,
  ExecutionFailedStatus,
  FunctionInfo,
  Header,
  RecoverableType,
  RetrySpec,
  RetryState,
  Tags,
} from './values.ts';

/** The state of one failed execution. */
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
  /** Fewer retries than `maxRetries`. */
  readonly isBelowRetryThreshold: boolean;
  /** Not SUCCEEDED and below the threshold. */
  readonly isRetryable: boolean;
}

/** What every document says about the record that it belongs to. */
interface OfRecord {
  readonly contextName: string;
  readonly aggregateName: string;
  readonly aggregateId: string;
  readonly tenantId: string;
  readonly ownerId: string;
  readonly spaceId: string;
  readonly version: number;
}

/** A record as it is stored: its state with what is known about it. Times are epoch milliseconds. */
export interface Snapshot extends OfRecord {
  /** Id of the last event stream. */
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

/** Every event by its name with the shape of its body. */
export interface EventBodies {
  readonly execution_failed_created: Pick<
    State,
    'eventId' | 'function' | 'error' | 'executeAt' | 'retryState' | 'retrySpec' | 'recoverable'
  >;
  readonly compensation_prepared: Pick<State, 'eventId' | 'function' | 'retryState'>;
  readonly execution_failed_applied: Pick<State, 'error' | 'executeAt' | 'recoverable'>;
  readonly execution_success_applied: Pick<State, 'executeAt'>;
  readonly retry_spec_applied: RetrySpec;
  readonly recoverable_marked: Pick<State, 'recoverable'>;
  readonly function_changed: FunctionInfo;
  readonly default_aggregate_deleted: Readonly<Record<string, never>>;
  readonly default_aggregate_recovered: Readonly<Record<string, never>>;
  readonly default_resource_tags_applied: { readonly tags: Tags };
}

export type EventName = keyof EventBodies;

/** An event inside its stream. */
export type DomainEvent<Name extends EventName = EventName> = {
  [Each in Name]: {
    readonly id: string;
    readonly name: Each;
    readonly revision: string;
    readonly bodyType: string;
    readonly body: EventBodies[Each];
  };
}[Name];

/** One version of a record: the one event that made it. */
export interface EventStream<Name extends EventName = EventName> extends OfRecord {
  readonly id: string;
  readonly header: Header;
  readonly commandId: string;
  readonly requestId: string;
  readonly body: readonly [DomainEvent<Name>];
  /** Epoch milliseconds; never runs backwards within a record. */
  readonly createTime: number;
  readonly size: number;
}

/** An event with the state after it. */
export interface StateEvent extends Omit<EventStream, 'size'> {
  readonly state: State;
  readonly firstOperator: string;
  readonly firstEventTime: number;
  readonly tags: Tags;
  readonly deleted: boolean;
}
