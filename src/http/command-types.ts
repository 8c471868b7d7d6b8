import type { CommandName } from '../domain/index.ts';

/** The commands that every aggregate of the original knows: their class alone does not say which aggregate is meant. */
export const DEFAULT_COMMANDS: ReadonlySet<CommandName> = new Set([
  'default_delete_aggregate',
  'default_recover_aggregate',
  'default_apply_resource_tags',
]);
