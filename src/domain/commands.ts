import type { ErrorDetails, EventId, FunctionInfo, Header, RecoverableType, RetrySpec, Tags } from './values.ts';

type Empty = Readonly<Record<string, never>>;

export interface CreateExecutionFailed {
  readonly eventId: EventId;
  readonly function: FunctionInfo;
  readonly error: ErrorDetails;
  /** Epoch milliseconds. */
  readonly executeAt: number;
  readonly retrySpec: RetrySpec;
  readonly recoverable: RecoverableType;
}

export interface ApplyExecutionSuccess {
  /** Epoch milliseconds. */
  readonly executeAt: number;
}

export interface ApplyExecutionFailed {
  readonly error: ErrorDetails;
  /** Epoch milliseconds. */
  readonly executeAt: number;
  /** Absent only for the outcome of a delivery, which keeps what the state says. A report by REST defaults to UNKNOWN. */
  readonly recoverable?: RecoverableType;
}

export interface MarkRecoverable {
  readonly recoverable: RecoverableType;
}

export interface ApplyResourceTags {
  readonly tags: Tags;
}

/** Every command by its wire name with the shape of its body (contract sections 3.2 and 6). */
export interface CommandBodies {
  readonly create_execution_failed: CreateExecutionFailed;
  readonly prepare_compensation: Empty;
  readonly force_prepare_compensation: Empty;
  readonly apply_execution_success: ApplyExecutionSuccess;
  readonly apply_execution_failed: ApplyExecutionFailed;
  readonly apply_retry_spec: RetrySpec;
  readonly change_function: FunctionInfo;
  readonly mark_recoverable: MarkRecoverable;
  readonly default_delete_aggregate: Empty;
  readonly default_recover_aggregate: Empty;
  readonly default_apply_resource_tags: ApplyResourceTags;
}

export type CommandName = keyof CommandBodies;

/** What travels with every command, whatever it asks for. */
export interface CommandEnvelope {
  /** Globally unique: the same command id means the same command, sent or executed again. */
  readonly commandId: string;
  /** Idempotency key of the caller (contract 2.8). */
  readonly requestId: string;
  readonly aggregateId: string;
  /** Blank: not checked (contract 2.6 step 3). */
  readonly ownerId: string;
  /** Blank: not checked (contract 2.6 step 4). */
  readonly spaceId: string;
  /** Null: any version will do (contract 2.7). */
  readonly expectedVersion: number | null;
  /** The attempt (`retryState.retries`) that an outcome is about; null: the contract as it stands. */
  readonly attempt: number | null;
  readonly header: Header;
}

export type Command = {
  [Name in CommandName]: CommandEnvelope & { readonly name: Name; readonly body: CommandBodies[Name] };
}[CommandName];

/** The name of the function that handles each command, as results report it (contract 3.2). */
export const COMMAND_FUNCTIONS: Readonly<Record<CommandName, string>> = {
  create_execution_failed: 'onCreate',
  prepare_compensation: 'onPrepare',
  force_prepare_compensation: 'onForcePrepare',
  apply_execution_success: 'onSucceed',
  apply_execution_failed: 'onFailed',
  apply_retry_spec: 'onApplyRetrySpec',
  change_function: 'onChangeFunctionKind',
  mark_recoverable: 'onMarkRecoverable',
  default_delete_aggregate: 'ExecutionFailed.DefaultDeleteAggregate',
  default_recover_aggregate: 'ExecutionFailed.DefaultRecoverAggregate',
  default_apply_resource_tags: 'ExecutionFailed.DefaultApplyResourceTags',
};

/** The type name that each command carries on the wire (contract 3.2). */
export const COMMAND_BODY_TYPES: Readonly<Record<CommandName, string>> = {
  create_execution_failed: 'me.ahoo.wow.compensation.api.CreateExecutionFailed',
  prepare_compensation: 'me.ahoo.wow.compensation.api.PrepareCompensation',
  force_prepare_compensation: 'me.ahoo.wow.compensation.api.ForcePrepareCompensation',
  apply_execution_success: 'me.ahoo.wow.compensation.api.ApplyExecutionSuccess',
  apply_execution_failed: 'me.ahoo.wow.compensation.api.ApplyExecutionFailed',
  apply_retry_spec: 'me.ahoo.wow.compensation.api.ApplyRetrySpec',
  change_function: 'me.ahoo.wow.compensation.api.ChangeFunction',
  mark_recoverable: 'me.ahoo.wow.compensation.api.MarkRecoverable',
  default_delete_aggregate: 'me.ahoo.wow.api.command.DefaultDeleteAggregate',
  default_recover_aggregate: 'me.ahoo.wow.api.command.DefaultRecoverAggregate',
  default_apply_resource_tags: 'me.ahoo.wow.api.abac.DefaultApplyResourceTags',
};

/** True for a name of the contract's table of commands. */
export function isCommandName(name: string): name is CommandName {
  return Object.hasOwn(COMMAND_FUNCTIONS, name);
}
