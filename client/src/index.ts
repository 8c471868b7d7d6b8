export { type Redress, connectRedress } from './client.ts';
export type {
  ApplyExecutionFailed,
  ApplyExecutionSuccess,
  CommandFunctions,
  CommandOptions,
  CreateExecutionFailed,
  CreateOptions,
  OutcomeOptions,
  ReportedError,
  WaitFunction,
} from './commands.ts';
export type { CommandResult, WaitStage } from './command-result.ts';
export {
  type At,
  type Condition,
  type DateOptions,
  type Path,
  type TextOptions,
  conditionsOn,
  onEvent,
  onRecord,
} from './conditions.ts';
export type { ErrorClass, FailureDescription, RecoverabilityRules } from './describe-failure.ts';
export {
  ConflictError,
  DeletedError,
  DuplicateRequestIdError,
  NotFoundError,
  RedressError,
  RefusedError,
  type RequestFailure,
  UnavailableError,
  WaitTimeoutError,
} from './errors.ts';
export type { Outcome, RetryHandler } from './execute.ts';
export { ExecutionError, type ExecutionErrorOptions } from './execution-error.ts';
export type { FeedMessage, FeedOptions } from './feed.ts';
export { type FeedRetries, type FeedRetriesOptions, startFeedRetries } from './feed-retries.ts';
export { type GuardOptions, NotReportedError, type Report, guard } from './guard.ts';
export type {
  EventQueries,
  ListQuery,
  Page,
  PagedQuery,
  Partly,
  Projection,
  Queries,
  ReadOptions,
  RecordQueries,
  Row,
  SingleQuery,
  Sort,
} from './queries.ts';
export { type ReceiveOptions, receiveRetries } from './receive.ts';
export type { DomainEvent, EventBodies, EventName, EventStream, Snapshot, State, StateEvent } from './records.ts';
export type { Retry } from './retry.ts';
export type { ConnectionOptions } from './transport.ts';
export type {
  AggregateId,
  BindingError,
  ErrorDetails,
  EventId,
  ExecutionFailedStatus,
  FunctionInfo,
  FunctionKind,
  FunctionName,
  Header,
  RecoverableType,
  RetrySpec,
  RetryState,
  Tags,
} from './values.ts';
