import { type CommandMessage, type Outcome, type Refusal, cutEnd, refuse, reject } from '../domain/index.ts';
import type { StoreRefused } from '../store/index.ts';
import { readIds } from './read-command.ts';

/** Bytes; messages quote what they refuse, and all those of a batch go into the history together. */
const MAX_MESSAGE = 4 * 1_024;
/** Bytes; a longer id would not fit into an index. */
const MAX_ID = 1_024;

/** A refusal as the outcome of a command that met the record at `version`. */
export function refusedOutcome(commandId: string, version: number, refusal: Refusal): Outcome & Refusal {
  const { ok, code, message, reachedHandler } = refusal;
  return { commandId, version, ok, code, message: cutEnd(message, MAX_MESSAGE), reachedHandler };
}

/**
 * The refusal of a message whose ids are too long to be stored, null for any other. It cannot be recorded, and need not
 * be: executed again, the message is refused again.
 */
export function refusedByIds(message: CommandMessage, version: number): Outcome | null {
  const { commandId, requestId } = readIds(message);
  if ([commandId, requestId].every((id) => Buffer.byteLength(id) <= MAX_ID)) return null;
  const refusal = reject('IllegalArgument', `Command id and request id may have ${MAX_ID} bytes each.`);
  return refusedOutcome(cutEnd(commandId, MAX_ID), version, refusal);
}

/** Postgres would refuse the same data again, so the command is refused instead of being tried for ever. */
export function refusedByStore(error: StoreRefused): Refusal {
  return refuse('BadRequest', `The command cannot be stored: ${error.message}.`);
}

/** The command made the domain throw, which nobody foresaw. Refused too: thrown again and again, it would block its record. */
export function refusedByDefect(): Refusal {
  return refuse('BadRequest', 'The command cannot be decided because of a defect in Redress; its log has the details.');
}
