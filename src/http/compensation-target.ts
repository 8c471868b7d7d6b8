import type { FunctionInfo } from '../domain/index.ts';
import type { RedeliveryTarget } from '../feed/index.ts';
import { functionInfo, object, readBody, text } from '../gateway/index.ts';
import { checkTargetText } from './ids.ts';
import { decodeJson, undecodable } from './json-body.ts';
import { illegalArgument } from './request-error.ts';
import type { Exchange } from './route.ts';

/** CompensationTarget (contract 4.6). */
const compensationTarget = object({ id: text.nullable().default(null), function: functionInfo });

/** To whom an event is sent again, under an id of `nextId` where the caller gives none. @throws RequestError */
export async function readCompensationTarget(exchange: Exchange, nextId: () => string): Promise<RedeliveryTarget> {
  const json = decodeJson(await exchange.text(), exchange.request.get('Content-Type'));
  const reading = readBody(compensationTarget, json);
  if (!reading.ok) throw undecodable(reading.message);
  const { id, function: wanted } = reading.body;
  const { contextName, processorName, name } = wanted;
  for (const [what, value] of Object.entries({ id: id ?? '', contextName, processorName, name })) {
    checkTargetText(what, value);
  }
  return { id: id ?? nextId(), function: { ...wanted, functionKind: messageKind(wanted) } };
}

function messageKind({ functionKind }: FunctionInfo): RedeliveryTarget['function']['functionKind'] {
  if (functionKind === 'EVENT' || functionKind === 'STATE_EVENT') return functionKind;
  throw illegalArgument(`Unsupported FunctionKind:${functionKind}`);
}
