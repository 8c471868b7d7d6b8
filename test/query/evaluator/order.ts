import type { Sort } from './decode.ts';
import { isArray, type Json, type JsonObject } from './json.ts';
import { reached, refuseUnusable } from './paths.ts';
import { compare } from './values.ts';

/** An empty array, which comes before null. */
const EMPTY = Symbol('empty array');
type SortKey = Json | typeof EMPTY;

/** Sorts by contract 8; `last` are the names that make the order total. @throws Refused */
export function sorted(
  documents: readonly JsonObject[],
  sort: readonly Sort[],
  storedName: (field: string) => string,
  last: readonly string[],
): JsonObject[] {
  const directions = new Map<string, string>();
  for (const { field, direction } of sort) {
    refuseUnusable(field);
    // A Map keeps the first place of a key and its last value.
    directions.set(storedName(field), direction);
  }
  const rules = [...directions, ...last.map((name) => [name, 'ASC'] as const)];
  return documents.toSorted((one, other) => {
    for (const [name, direction] of rules) {
      const sign = direction === 'ASC' ? 1 : -1;
      const order = compareKeys(sortKey(one, name, sign), sortKey(other, name, sign));
      if (order !== 0) return order * sign;
    }
    return 0;
  });
}

/** The smallest of what the path leads to, or with `sign` -1 the largest. */
function sortKey(document: JsonObject, name: string, sign: 1 | -1): SortKey {
  const keys = reached(document, name).flatMap((end = null): readonly SortKey[] => {
    if (!isArray(end)) return [end];
    return end.length === 0 ? [EMPTY] : end;
  });
  const [first = null, ...rest] = keys;
  return rest.reduce<SortKey>((best, key) => (compareKeys(key, best) * sign < 0 ? key : best), first);
}

function compareKeys(one: SortKey, other: SortKey): number {
  if (one === EMPTY || other === EMPTY) return Number(other === EMPTY) - Number(one === EMPTY);
  return compare(one, other);
}
