import { type Sinks, proxySinks } from '@temporalio/workflow';
import type { CommandMessage, Entry, Outcome } from '../src/domain/index.ts';

/** The outcome of a command that somebody may be waiting for. */
export interface Reply {
  readonly aggregateId: string;
  readonly name: string;
  readonly requestId: string;
  /** Where the waiting process is reached. */
  readonly endpoint: string;
  readonly outcome: Outcome;
}

export interface ReplySinks extends Sinks {
  readonly replies: { send(reply: Reply): void };
}

const { replies } = proxySinks<ReplySinks>();

/** Whether the command names a process that waits for its outcome; a signal sent by hand does not. */
export function isAwaited({ header }: CommandMessage): boolean {
  return endpointOf(header) !== null;
}

/** Sends the answers on their way. Best effort: a waiter that gets none looks its command up in Postgres. */
export function answer(id: string, entries: readonly Entry[], outcomes: readonly Outcome[]): void {
  entries.forEach((entry, index) => {
    const outcome = outcomes[index];
    if (entry.origin !== 'signal' || outcome === undefined) return;
    const { name, requestId, header } = entry.message;
    const endpoint = endpointOf(header);
    if (endpoint !== null) replies.send({ aggregateId: id, name, requestId, endpoint, outcome });
  });
}

/**
 * `redress_reply_endpoint`, else `command_wait_endpoint` of the command's header (contract 4.5). Messages by hand may lack a
 * header, or have anything in it.
 */
function endpointOf(header: unknown): string | null {
  const keys = header as Record<string, unknown> | null | undefined;
  const endpoint = keys?.['redress_reply_endpoint'] ?? keys?.['command_wait_endpoint'];
  return typeof endpoint === 'string' ? endpoint : null;
}
