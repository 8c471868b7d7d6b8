import type { Request } from 'express';
import type { CommandBodies, CommandName, RetrySpec } from '../domain/index.ts';
import { type CommandRequest, type WaitPlan, readCommandBody } from '../gateway/index.ts';
import { checkAggregateId, checkRequestId, parseInt32, pathId } from './ids.ts';
import { decodeJson, undecodable } from './json-body.ts';
import { readMessageHeader } from './message-header.ts';
import { RequestError, illegalArgument } from './request-error.ts';
import { headerText } from './request-header.ts';
import type { Exchange } from './route.ts';
import { readWaitPlan } from './wait-plan.ts';

/** A command and what its caller waits for. */
export interface CommandCall {
  readonly command: CommandRequest;
  readonly wait: WaitPlan;
}

type NamedBody = { [Name in CommandName]: { readonly name: Name; readonly body: CommandBodies[Name] } }[CommandName];

type Envelope = Omit<CommandRequest, keyof NamedBody>;

/** Commands that say nothing without a body; for the others none is as good as an empty one (contract 1.8). */
const NEEDS_BODY: ReadonlySet<CommandName> = new Set(['create_execution_failed', 'default_apply_resource_tags']);

/** Commands that report how an attempt ended. */
const OUTCOMES: ReadonlySet<CommandName> = new Set(['apply_execution_success', 'apply_execution_failed']);

/** Reads the request of a command endpoint (contract section 6). @throws RequestError */
export async function readCommandCall(
  name: CommandName,
  { request, text }: Exchange,
  retryDefaults: RetrySpec,
): Promise<CommandCall> {
  const wait = readWaitPlan(request);
  const envelope = readEnvelope(name, request, name === 'create_execution_failed' ? newId(request) : pathId(request));
  const json = decodeJson(await text(), request.get('Content-Type'));
  if ((json === undefined || json === null) && NEEDS_BODY.has(name)) throw illegalArgument('Command can not be empty.');
  return { command: { ...envelope, ...readBody(name, json, retryDefaults) }, wait };
}

/** What the headers say of a command to record `aggregateId`. @throws RequestError */
export function readEnvelope(name: CommandName, request: Request, aggregateId: string | null): Envelope {
  const hasVersion = name !== 'create_execution_failed';
  return {
    aggregateId,
    requestId: readRequestId(request),
    ownerId: headerText(request, 'Command-Owner-Id'),
    spaceId: headerText(request, 'Wow-Space-Id', 'CoSec-Space-Id'),
    expectedVersion: hasVersion ? parseInt32(headerText(request, 'Command-Aggregate-Version')) : null,
    attempt: OUTCOMES.has(name) ? readAttempt(request) : null,
    header: readMessageHeader(request),
  };
}

/** A command's name with its body. @throws RequestError where the decoded JSON is not that command's */
export function readBody(name: CommandName, json: unknown, retrySpec: RetrySpec): NamedBody {
  const reading = readCommandBody(name, json, { retrySpec });
  if (reading.ok) return { name, body: reading.body } as NamedBody;
  throw reading.path === null ? new RequestError(reading.code, reading.message) : undecodable(reading.message);
}

/** The id that the caller chose in a header; null: one is made. @throws RequestError */
export function newId(request: Request): string | null {
  const id = headerText(request, 'Command-Aggregate-Id');
  return id === '' ? null : checkAggregateId(id);
}

/** The caller's key for idempotency; null: the command id is taken. */
function readRequestId(request: Request): string | null {
  const id = headerText(request, 'Command-Request-Id', 'CoSec-Request-Id');
  return id === '' ? null : checkRequestId(id);
}

/** The attempt that is reported on. One that cannot be read is refused: without it a late report would pass for a new one. */
function readAttempt(request: Request): number | null {
  const text = headerText(request, 'Redress-Attempt');
  if (text === '') return null;
  const attempt = parseInt32(text);
  if (attempt === null || attempt < 0) throw illegalArgument(`Redress-Attempt is no number of an attempt: "${text}"`);
  return attempt;
}
