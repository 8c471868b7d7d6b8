import type { Refusal } from './refusal.ts';
import type { Header } from './values.ts';

/** A command on its way to its record. Nothing in it is trusted before it is handled: it may have been sent by hand. */
export interface CommandMessage {
  readonly name: string;
  readonly commandId: string;
  readonly requestId: string;
  readonly ownerId: string;
  readonly spaceId: string;
  readonly expectedVersion: number | null;
  readonly attempt: number | null;
  readonly header: Header;
  readonly body: unknown;
}

/**
 * Something to decide about a record, and where it came from: from outside (`signal`), from the delivery of an attempt,
 * or from the timer, which wants the record prepared if it is still at `version` and due since `deadline` (epoch milliseconds).
 */
export type Entry =
  | { readonly origin: 'signal' | 'delivery'; readonly message: CommandMessage }
  | { readonly origin: 'timer'; readonly version: number; readonly deadline: number };

/** What became of a command: accepted as a version of its record, or refused at one. */
export type Outcome = {
  readonly commandId: string;
  /** Accepted: the version after the command. Refused: the version it was refused at; 0: there is no record. */
  readonly version: number;
} & ({ readonly ok: true; readonly streamId: string } | Refusal);

/** Command and request ids that begin so are made by the engine itself; nobody else may use them. */
export const RESERVED_PREFIX = 'redress:';

/**
 * Header of a command that names the process which wants the outcome, where `command_wait_endpoint` names somebody else's
 * or nobody: of a command that another service sent with ids of its own. Events do not inherit it.
 */
export const REPLY_HEADER = 'redress_reply_endpoint';

/** The request and command id of the prepare that the timer makes for a record at `version`. */
export const retryId = (id: string, version: number): string => `${RESERVED_PREFIX}retry:${id}:${version}`;
