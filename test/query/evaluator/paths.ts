import { isArray, isObject, type Json } from './json.ts';

/** A value, or `undefined` for a missing one. */
export type Candidate = Json | undefined;

/** Rules 1, 2 and 4 of contract 5.1: where the path leads, arrays at its end as they are. */
export function reached(from: Json, field: string): Candidate[] {
  return walk(from, field.split('.'));
}

/** All of contract 5.1: an array at the end counts by its elements and as itself. */
export function candidates(from: Json, field: string): Candidate[] {
  return reached(from, field).flatMap((end) => (isArray(end) ? [...end, end] : [end]));
}

function walk(from: Json, parts: readonly string[]): Candidate[] {
  const [part, ...rest] = parts;
  if (part === undefined) return [from];
  if (isArray(from)) {
    return from.flatMap((element, position) => [
      ...(isObject(element) ? walk(element, parts) : []),
      ...(part === String(position) ? taken(element, rest) : []),
    ]);
  }
  const next = isObject(from) && Object.hasOwn(from, part) ? from[part] : undefined;
  return next === undefined ? [undefined] : walk(next, rest);
}

/** An element taken by its position; a scalar with more of the path ahead yields nothing. */
function taken(element: Json, rest: readonly string[]): Candidate[] {
  return rest.length === 0 || isObject(element) || isArray(element) ? walk(element, rest) : [];
}
