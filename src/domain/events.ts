import type {
  AGGREGATE_NAME,
  CONTEXT_NAME,
  ErrorDetails,
  EventId,
  FunctionInfo,
  Header,
  RecoverableType,
  RetrySpec,
  RetryState,
  Tags,
} from './values.ts';

/** Every domain event by its wire name with the shape of its body (contract 3.5). */
export interface EventBodies {
  readonly execution_failed_created: {
    readonly eventId: EventId;
    readonly function: FunctionInfo;
    readonly error: ErrorDetails;
    readonly executeAt: number;
    readonly retryState: RetryState;
    readonly retrySpec: RetrySpec;
    readonly recoverable: RecoverableType;
  };
  readonly compensation_prepared: {
    readonly eventId: EventId;
    readonly function: FunctionInfo;
    readonly retryState: RetryState;
  };
  readonly execution_failed_applied: {
    readonly error: ErrorDetails;
    readonly executeAt: number;
    readonly recoverable: RecoverableType;
  };
  readonly execution_success_applied: { readonly executeAt: number };
  readonly retry_spec_applied: RetrySpec;
  readonly recoverable_marked: { readonly recoverable: RecoverableType };
  readonly function_changed: FunctionInfo;
  readonly default_aggregate_deleted: Readonly<Record<string, never>>;
  readonly default_aggregate_recovered: Readonly<Record<string, never>>;
  readonly default_resource_tags_applied: { readonly tags: Tags };
}

export type EventName = keyof EventBodies;

export type DomainEvent = {
  [Name in EventName]: { readonly name: Name; readonly body: EventBodies[Name] };
}[EventName];

const API = 'me.ahoo.wow.compensation.api';

/** The type name that each event carries on the wire (contract 3.5). */
export const EVENT_BODY_TYPES: Readonly<Record<EventName, string>> = {
  execution_failed_created: `${API}.ExecutionFailedCreated`,
  compensation_prepared: `${API}.CompensationPrepared`,
  execution_failed_applied: `${API}.ExecutionFailedApplied`,
  execution_success_applied: `${API}.ExecutionSuccessApplied`,
  retry_spec_applied: `${API}.RetrySpecApplied`,
  recoverable_marked: `${API}.RecoverableMarked`,
  function_changed: `${API}.FunctionChanged`,
  default_aggregate_deleted: 'me.ahoo.wow.api.event.DefaultAggregateDeleted',
  default_aggregate_recovered: 'me.ahoo.wow.api.event.DefaultAggregateRecovered',
  default_resource_tags_applied: 'me.ahoo.wow.api.abac.DefaultResourceTagsApplied',
};

/** One stored version of a record: the stream of exactly one event that one command produced (contract 4.3). */
export interface EventStream {
  readonly id: string;
  readonly contextName: typeof CONTEXT_NAME;
  readonly aggregateName: typeof AGGREGATE_NAME;
  readonly header: Header;
  readonly aggregateId: string;
  readonly tenantId: string;
  readonly ownerId: string;
  readonly spaceId: string;
  readonly commandId: string;
  readonly requestId: string;
  readonly version: number;
  readonly body: readonly [
    DomainEvent & { readonly id: string; readonly revision: '0.0.1'; readonly bodyType: string },
  ];
  /** Epoch milliseconds; never runs backwards within a record. */
  readonly createTime: number;
  readonly size: 1;
}
