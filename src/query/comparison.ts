import { type JsonObject, type JsonValue, isArray, isObject, isStorable } from './json.ts';

/** A comparison of values of one type (query contract 5.2). */
export type Comparison = '<' | '<=' | '>' | '>=';

/**
 * A comparison with the same result for everything stored, whose bound Postgres can hold: one that nothing stored can
 * equal gives way to the least storable value above it. Greater is what reaches that one, smaller is what does not.
 */
export function storable(by: Comparison, bound: JsonValue): [by: Comparison, bound: JsonValue] {
  return isStorable(bound) ? [by, bound] : [by.startsWith('>') ? '>=' : '<', leastAbove(bound)];
}

/** U+0000 or an unpaired surrogate. */
const UNSTORABLE = /\0|\p{Surrogate}/u;

/** The next value that can be stored, in the order of query contract 5.2 and 8. */
function leastAbove(value: JsonValue): JsonValue {
  if (typeof value === 'string') return textAbove(value);
  // Beyond all numbers are the texts.
  if (typeof value === 'number') return value < 0 ? -Number.MAX_VALUE : '';
  if (isArray(value)) {
    const place = value.findIndex((element) => !isStorable(element));
    return [...value.slice(0, place), ...value.slice(place, place + 1).map(leastAbove)];
  }
  return isObject(value) ? objectAbove(value) : value;
}

function textAbove(text: string): string {
  const end = UNSTORABLE.exec(text);
  return end === null ? text : text.slice(0, end.index) + (end[0] === '\0' ? '\u0001' : '\uE000');
}

/** Members are compared in the order of their keys, and of each the key before the value. */
function objectAbove(object: JsonObject): JsonObject {
  const members = Object.entries(object).sort(([one], [other]) => byCodePoints(one, other));
  const above: [string, JsonValue][] = [];
  for (const [key, value] of members) {
    if (!isStorable(key)) return Object.fromEntries([...above, [textAbove(key), leastLike(value)]]);
    if (!isStorable(value)) return Object.fromEntries([...above, [key, leastAbove(value)]]);
    above.push([key, value]);
  }
  return object;
}

/** The least value of the same class. */
function leastLike(value: JsonValue): JsonValue {
  if (typeof value === 'number') return -Number.MAX_VALUE;
  if (typeof value === 'string') return '';
  if (isArray(value)) return [];
  return isObject(value) ? {} : value && false;
}

/** The order of bytes is that of code points, unpaired surrogates included. */
function byCodePoints(one: string, other: string): number {
  const [left, right] = [Array.from(one), Array.from(other)];
  const place = left.findIndex((letter, index) => letter !== right[index]);
  if (place < 0) return left.length - right.length;
  return (left[place]?.codePointAt(0) ?? 0) - (right[place]?.codePointAt(0) ?? -1);
}
