import type { Command } from './commands.ts';
import { NOT_BEFORE_HEADER } from './deadline.ts';
import type { Header } from './values.ts';

/** What an event inherits from its command's header; everything else ends with the command (contract 4.5). */
const PROPAGATED: readonly string[] = [
  'command_operator',
  'user_agent',
  'remote_ip',
  'app_id',
  'device_id',
  'command_wait_id',
  'command_wait_endpoint',
  'command_wait_stage',
  'command_wait_context',
  'command_wait_processor',
  'command_wait_function',
  'command_wait_tail_stage',
  'command_wait_tail_context',
  'command_wait_tail_processor',
  'command_wait_tail_function',
  'command_wait_chain',
  NOT_BEFORE_HEADER,
];

/** The header of the event that `command` produces. */
export function eventHeader(command: Command): Header {
  const header: Record<string, string> = {};
  for (const key of PROPAGATED) {
    const value = command.header[key];
    if (value !== undefined) header[key] = value;
  }
  header['trace_id'] = command.header['trace_id'] ?? command.commandId;
  header['upstream_id'] = command.commandId;
  header['upstream_name'] = command.name;
  return header;
}
