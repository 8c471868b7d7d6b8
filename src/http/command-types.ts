import type { CommandName } from '../domain/index.ts';

/** The class of each command in the original, by which callers of the facade and readers of the metadata know it (contract 3.2). */
export const COMMAND_TYPES: Readonly<Record<CommandName, string>> = {
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

/** The commands that every aggregate of the original knows: their class alone does not say which aggregate is meant. */
export const DEFAULT_COMMANDS: ReadonlySet<CommandName> = new Set([
  'default_delete_aggregate',
  'default_recover_aggregate',
  'default_apply_resource_tags',
]);
