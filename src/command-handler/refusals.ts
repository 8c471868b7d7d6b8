import { type Outcome, type Refusal, refuse } from '../domain/index.ts';
import type { StoreRefused } from '../store/index.ts';

/** A refusal as the outcome of a command that met the record at `version`. */
export function refusedOutcome(commandId: string, version: number, refusal: Refusal): Outcome {
  const { ok, code, message, reachedHandler } = refusal;
  return { commandId, version, ok, code, message, reachedHandler };
}

/** Postgres would refuse the same data again, so the command is refused instead of being tried for ever. */
export function refusedByStore(error: StoreRefused): Refusal {
  return refuse('BadRequest', `The command cannot be stored: ${error.message}.`);
}

/** The command made the domain throw, which nobody foresaw. Refused too: thrown again and again, it would block its record. */
export function refusedByDefect(): Refusal {
  return refuse('BadRequest', 'The command cannot be decided because of a defect in Redress; its log has the details.');
}
