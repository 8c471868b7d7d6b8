import {
  type Command,
  type CommandMessage,
  type Header,
  NOT_BEFORE_HEADER,
  RESERVED_PREFIX,
  type Refusal,
  type RetrySpec,
  isCommandName,
  reject,
  storableText,
} from '../domain/index.ts';
import { readCommandBody } from './command-body.ts';

/**
 * What is left of a message when nothing in it is trusted: a command of the contract, or why it is none. Messages come
 * from the gateway, but just as well from a person at the Temporal Web UI.
 */
export function readCommand(
  id: string,
  message: CommandMessage,
  origin: 'signal' | 'delivery',
  defaults: { readonly retrySpec: RetrySpec },
): { readonly ok: true; readonly command: Command } | Refusal {
  if (!isCommandName(message.name)) return reject('IllegalArgument', `There is no command [${text(message.name)}].`);
  const { commandId, requestId } = readIds(message);
  if (origin === 'signal' && (commandId.startsWith(RESERVED_PREFIX) || requestId.startsWith(RESERVED_PREFIX))) {
    return reject(
      'IllegalArgument',
      `Ids that begin with [${RESERVED_PREFIX}] are reserved: choose another request id.`,
    );
  }
  const body = readCommandBody(message.name, message.body, defaults);
  if (!body.ok) return reject(body.code, body.message);
  const keepsRecoverable = origin === 'delivery' && !namesRecoverable(message.body);
  const envelope = {
    commandId,
    requestId,
    aggregateId: id,
    ownerId: text(message.ownerId),
    spaceId: text(message.spaceId),
    expectedVersion: integer(message.expectedVersion),
    attempt: integer(message.attempt),
    header: readHeader(message.header, origin),
  };
  const { recoverable: _default, ...kept } = body.body as { recoverable?: unknown };
  return {
    ok: true,
    command: { ...envelope, name: message.name, body: keepsRecoverable ? kept : body.body } as Command,
  };
}

/** A report by REST that names none means UNKNOWN; the outcome of a delivery then leaves what the record says. */
const namesRecoverable = (body: unknown): boolean =>
  typeof body === 'object' && body !== null && 'recoverable' in body && body.recoverable !== undefined;

/** The ids of a message as they can be stored and looked up. */
export function readIds(message: CommandMessage): { commandId: string; requestId: string } {
  const commandId = text(message.commandId);
  return { commandId, requestId: text(message.requestId) || commandId };
}

function readHeader(header: unknown, origin: 'signal' | 'delivery'): Header {
  if (typeof header !== 'object' || header === null) return {};
  const known = Object.entries(header).filter(
    // Only the outcome of a delivery may postpone the next attempt.
    ([key, value]) => typeof value === 'string' && (origin === 'delivery' || key !== NOT_BEFORE_HEADER),
  );
  return Object.fromEntries(known.map(([key, value]) => [storableText(key), text(value)]));
}

const text = (value: unknown): string => (typeof value === 'string' ? storableText(value) : '');

const integer = (value: unknown): number | null => (Number.isSafeInteger(value) ? (value as number) : null);
