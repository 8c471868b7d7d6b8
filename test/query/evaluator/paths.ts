import { isArray, isObject, type Json } from './json.ts';
import { badRequest } from './refused.ts';

/** A value, or `undefined` for a missing one. */
export type Candidate = Json | undefined;

/** Rules 1, 2 and 4 of contract 5.1: where the path leads, arrays at its end as they are. */
export function reached(from: Json, field: string): Candidate[] {
  return walk(from, field.split('.')).map(({ value }) => value);
}

/** All of contract 5.1: an array at the end counts by its elements and as itself. */
export function candidates(from: Json, field: string): Candidate[] {
  return walk(from, field.split('.')).flatMap(({ value, isElement }) =>
    isArray(value) && !isElement ? [...value, value] : [value],
  );
}

interface End {
  readonly value: Candidate;
  /** Taken by its position: if it is an array, it is one inside an array, and these are not unfolded. */
  readonly isElement: boolean;
}

function walk(from: Json, parts: readonly string[]): End[] {
  const [part, ...rest] = parts;
  if (part === undefined) return [{ value: from, isElement: false }];
  if (isArray(from)) {
    return from.flatMap((element, position) => [
      ...(isObject(element) ? walk(element, parts) : []),
      ...(part === String(position) ? taken(element, rest) : []),
    ]);
  }
  const next = isObject(from) && Object.hasOwn(from, part) ? from[part] : undefined;
  return next === undefined ? [{ value: undefined, isElement: false }] : walk(next, rest);
}

/** An element taken by its position; a scalar with more of the path ahead yields nothing. */
function taken(element: Json, rest: readonly string[]): End[] {
  if (rest.length === 0) return [{ value: element, isElement: true }];
  return isObject(element) || isArray(element) ? walk(element, rest) : [];
}

/** What is sorted by and projected has no empty names and none that start with `$` (contract 2.4). @throws Refused */
export function refuseUnusable(field: string): void {
  if (field.split('.').some((name) => name === '' || name.startsWith('$'))) {
    throw badRequest(`The path "${field}" cannot be used.`);
  }
}
