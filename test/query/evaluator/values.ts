import { isArray, isObject, type Json, type JsonObject } from './json.ts';

/** In the order of contract 8: what is sorted or compared inside arrays may be of different classes. */
const CLASSES = ['null', 'number', 'string', 'object', 'array', 'boolean'] as const;
export type ValueClass = (typeof CLASSES)[number];

export function classOf(value: Json): ValueClass {
  if (value === null) return 'null';
  if (isArray(value)) return 'array';
  return typeof value as ValueClass;
}

export const isEqual = (one: Json, other: Json): boolean => compare(one, other) === 0;

/** Below, at or above 0, across classes too (contract 5.2, 8). The order of an object's keys says nothing. */
export function compare(one: Json, other: Json): number {
  const byClass = CLASSES.indexOf(classOf(one)) - CLASSES.indexOf(classOf(other));
  if (byClass !== 0) return byClass;
  if (typeof one === 'number' && typeof other === 'number') return one - other;
  if (typeof one === 'string' && typeof other === 'string') return compareText(one, other);
  if (typeof one === 'boolean' && typeof other === 'boolean') return Number(one) - Number(other);
  if (isArray(one) && isArray(other)) return compareLists(one, other, compare);
  if (isObject(one) && isObject(other)) return compareLists(membersOf(one), membersOf(other), compareMembers);
  return 0;
}

/** By code points, which is the order of the UTF-8 bytes. */
function compareText(one: string, other: string): number {
  return compareLists(codePoints(one), codePoints(other), (a, b) => a - b);
}

type Member = readonly [key: string, value: Json];

const membersOf = (object: JsonObject): Member[] => Object.entries(object).sort(([a], [b]) => compareText(a, b));

function compareMembers([oneKey, one]: Member, [otherKey, other]: Member): number {
  const byClass = CLASSES.indexOf(classOf(one)) - CLASSES.indexOf(classOf(other));
  return byClass || compareText(oneKey, otherKey) || compare(one, other);
}

const codePoints = (text: string): number[] => Array.from(text, (character) => character.codePointAt(0) ?? 0);

function compareLists<Item>(one: readonly Item[], other: readonly Item[], by: (a: Item, b: Item) => number): number {
  for (const [at, item] of one.entries()) {
    const opposite = other[at];
    if (opposite === undefined) return 1;
    const order = by(item, opposite);
    if (order !== 0) return order;
  }
  return one.length - other.length;
}
