import type { Request } from 'express';
import { AGGREGATE_NAME, COMMAND_BODY_TYPES, CONTEXT_NAME, type CommandName, type RetrySpec } from '../domain/index.ts';
import { type CommandCall, newId, readBody, readEnvelope } from './command-request.ts';
import { DEFAULT_COMMANDS } from './command-types.ts';
import { checkAggregateId } from './ids.ts';
import { decodeJson, undecodable } from './json-body.ts';
import { RequestError, illegalArgument } from './request-error.ts';
import { headerText } from './request-header.ts';
import type { Exchange } from './route.ts';
import { readWaitPlan } from './wait-plan.ts';

/**
 * Reads a request of the facade (contract 5.2): the command's name is the class in `Command-Type`, the record's id stands in
 * the body, or in a header where the command has no field for it. @throws RequestError
 */
export async function readFacadeCall({ request, text }: Exchange, retryDefaults: RetrySpec): Promise<CommandCall> {
  const name = readName(request);
  const wait = readWaitPlan(request);
  const json = decodeJson(await text(), request.get('Content-Type')) ?? {};
  const hasIdInBody = name !== 'create_execution_failed' && !DEFAULT_COMMANDS.has(name);
  const envelope = readEnvelope(name, request, hasIdInBody ? bodyId(json) : newId(request));
  return { command: { ...envelope, ...readBody(name, json, retryDefaults) }, wait };
}

function readName(request: Request): CommandName {
  const type = headerText(request, 'Command-Type');
  if (type === '') throw illegalArgument('Command-Type can not be empty.');
  const [name] = Object.entries(COMMAND_BODY_TYPES).find(([, known]) => known === type) ?? [];
  const unknown = new RequestError('IllegalState', `Scope:[${type}] does not have a matching metadata definition.`);
  if (name === undefined) throw unknown;
  if (!namesAggregate(request) && DEFAULT_COMMANDS.has(name as CommandName)) throw unknown;
  return name as CommandName;
}

/** Whether the headers say which aggregate is meant. @throws RequestError where it is none of ours */
function namesAggregate(request: Request): boolean {
  const contextName = headerText(request, 'Command-Aggregate-Context');
  if (contextName === '') return false;
  const aggregateName = headerText(request, 'Command-Aggregate-Name');
  if (aggregateName === '') throw illegalArgument('Command-Aggregate-Name can not be empty.');
  if (contextName === CONTEXT_NAME && aggregateName === AGGREGATE_NAME) return true;
  const named = `MaterializedNamedAggregate(contextName=${contextName}, aggregateName=${aggregateName})`;
  throw new RequestError('IllegalState', `NamedAggregate [${named}] not found.`);
}

function bodyId(json: unknown): string {
  const id = typeof json === 'object' && json !== null && 'id' in json ? json.id : undefined;
  if (typeof id !== 'string' || id === '') throw undecodable('"id" must be the id of a record.');
  return checkAggregateId(id);
}
