import { COMMAND_BODY_TYPES, type Command, type CommandName, type Header, isCommandName } from '../../domain/index.ts';
import type { RetrySpec } from '../../domain/index.ts';
import { aggregateIdProblem, readCommandBody, requestIdProblem, reservedIdProblem } from '../../gateway/index.ts';
import { COMMAND_MESSAGE, type WireCommand } from '../wire/index.ts';

/** What a record of the command topic says: a command, one that is not for us to process, or none (a sentence says why). */
export type CommandReading =
  | { readonly kind: 'command'; readonly command: Command }
  | { readonly kind: 'dropped'; readonly why: 'local' | 'void' }
  | { readonly kind: 'unreadable'; readonly reason: string };

/** Keys by which an event is sent again, and those that the engine sets itself: not for senders. */
const OWN_KEYS = /^(?:compensate\.|redress_)/i;

const UTF_8 = new TextDecoder('utf-8', { fatal: true });

const NAMES = new Map(Object.entries(COMMAND_BODY_TYPES).map(([name, type]) => [type, name as CommandName]));

/**
 * Reads a record of the command topic (messaging 1.5 and 1.11). Its key must be the record's id: that keeps the commands
 * of one record in one partition, and so in order.
 */
export function readCommandRecord(
  { key, value }: { readonly key: Buffer | null; readonly value: Buffer | null },
  retrySpec: RetrySpec,
): CommandReading {
  const json = decode(value);
  if (json === undefined) return unreadable('The value is not JSON in UTF-8.');
  const { success, data: message, error } = COMMAND_MESSAGE.safeParse(json);
  if (!success) {
    const [issue] = error.issues;
    const path = issue?.path.join('.') ?? '';
    return unreadable(`${path === '' ? 'The value' : `"${path}"`} is not what a command has there: ${issue?.message}.`);
  }
  if (message.header['local_first'] === 'true') return { kind: 'dropped', why: 'local' };
  if (message.isVoid) return { kind: 'dropped', why: 'void' };
  if (key?.toString() !== message.aggregateId) return unreadable('The key is not the "aggregateId" of the command.');
  const problem =
    aggregateIdProblem(message.aggregateId) ??
    requestIdProblem(message.id) ??
    requestIdProblem(message.requestId) ??
    reservedIdProblem(message.id) ??
    reservedIdProblem(message.requestId);
  return problem === null ? readBody(message, retrySpec) : unreadable(problem);
}

function readBody(message: WireCommand, retrySpec: RetrySpec): CommandReading {
  const { aggregateId, bodyType, body } = message;
  const name = NAMES.get(bodyType) ?? (isCommandName(message.name) ? message.name : null);
  if (name === null) return unreadable(`There is no command "${bodyType}", nor one named "${message.name}".`);
  if (name !== 'create_execution_failed' && 'id' in body && body['id'] !== aggregateId) {
    return unreadable('"body.id" is not the "aggregateId" of the command.');
  }
  const reading = readCommandBody(name, body, { retrySpec });
  if (!reading.ok) return unreadable(`In the body of ${name}: ${reading.message}`);
  const command = {
    name,
    body: reading.body,
    commandId: message.id,
    requestId: message.requestId,
    aggregateId,
    ownerId: message.ownerId,
    spaceId: message.spaceId,
    expectedVersion: name === 'create_execution_failed' ? null : (message.aggregateVersion ?? null),
    attempt: null,
    header: withoutOwnKeys(message.header),
  } as Command;
  return { kind: 'command', command };
}

function decode(value: Buffer | null): unknown {
  if (value === null) return undefined;
  try {
    return JSON.parse(UTF_8.decode(value));
  } catch {
    return undefined;
  }
}

const withoutOwnKeys = (header: Header): Header =>
  Object.fromEntries(Object.entries(header).filter(([key]) => !OWN_KEYS.test(key)));

const unreadable = (reason: string): CommandReading => ({ kind: 'unreadable', reason });
