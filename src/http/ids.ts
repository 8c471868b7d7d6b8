import type { Request } from 'express';
import { aggregateIdProblem, requestIdProblem } from '../gateway/index.ts';
import { illegalArgument } from './request-error.ts';

/** Bytes of each text that says to whom an event is sent again: it is stored, and sent to every reader of the feed. */
const MAX_TARGET_TEXT = 1_024;

const INTEGER = /^[+-]?\d+$/;
const INT32_MAX = 2 ** 31 - 1;
const INT32_MIN = -(2 ** 31);

/** The value of `{name}` in the path, percent-decoded. @throws Error where the route has none */
export function pathValue(request: Request, name: string): string {
  const value: unknown = request.params[name];
  if (typeof value !== 'string') throw new Error(`the path of this route has no {${name}}`);
  return value;
}

/** The aggregate id in the path. @throws RequestError as {@link checkAggregateId} */
export const pathId = (request: Request): string => checkAggregateId(pathValue(request, 'id'));

/** The value of `{name}` in the path, which is an int32. @throws RequestError */
export function pathInt(request: Request, name: string): number {
  const text = pathValue(request, name);
  const value = parseInt32(text);
  if (value === null) throw illegalArgument(`For input string: "${text}"`);
  return value;
}

/** The value of `{name}` in the path, which is an int64. @throws RequestError */
export function pathLong(request: Request, name: string): number {
  const text = pathValue(request, name);
  const value = INTEGER.test(text) ? BigInt(text.replace('+', '')) : null;
  if (value === null || BigInt.asIntN(64, value) !== value) {
    throw illegalArgument(`For input string: "${text}"`);
  }
  // Beyond 2^53 - 1 it is not exact, which no time is.
  return Number(value);
}

/** Where a batch begins and how many records it takes (contract 8.3). @throws RequestError */
export function batchRange(request: Request): { readonly afterId: string; readonly limit: number } {
  const afterId = checkAggregateId(pathValue(request, 'afterId'));
  const limit = pathInt(request, 'limit');
  if (limit < 1) throw illegalArgument(`The limit [${limit}] must be greater than or equal to 1.`);
  return { afterId, limit };
}

/** Null for a text that is no int32. */
export function parseInt32(text: string): number | null {
  const value = INTEGER.test(text) ? Number(text) : NaN;
  return value >= INT32_MIN && value <= INT32_MAX ? value : null;
}

/** An id that every part of the house can carry. @throws RequestError */
export const checkAggregateId = (id: string): string => checkId(id, aggregateIdProblem(id));

/** A request id that every part of the house can carry. @throws RequestError */
export const checkRequestId = (id: string): string => checkId(id, requestIdProblem(id));

/** A text that says to whom an event is sent again. @throws RequestError where it is too long */
export function checkTargetText(what: string, text: string): string {
  const size = Buffer.byteLength(text);
  if (size > MAX_TARGET_TEXT) {
    throw illegalArgument(`The ${what} is ${size} bytes long: at most ${MAX_TARGET_TEXT} are possible.`);
  }
  return text;
}

function checkId(id: string, problem: string | null): string {
  if (problem !== null) throw illegalArgument(problem);
  return id;
}
