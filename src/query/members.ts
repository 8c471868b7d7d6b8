import { type JsonObject, type JsonValue, isArray, isObject } from './json.ts';
import { undecodable } from './refused.ts';

const INT32 = 2 ** 31;

/**
 * The member of an object, or its default where it is absent; null is never a value (query contract 2.1).
 * @throws QueryRefused for null, and for an absent member without a default
 */
export function member(of: JsonObject, name: string, byDefault?: JsonValue): JsonValue {
  const value = Object.hasOwn(of, name) ? of[name] : byDefault;
  if (value === undefined) throw undecodable(`"${name}" is missing.`);
  if (value === null) throw undecodable(`"${name}" must not be null.`);
  return value;
}

/** The value as an object. @throws QueryRefused */
export function asObject(value: JsonValue, name: string): JsonObject {
  if (!isObject(value)) throw undecodable(`"${name}" must be an object.`);
  return value;
}

/** The value as an array. @throws QueryRefused */
export function asArray(value: JsonValue, name: string): readonly JsonValue[] {
  if (!isArray(value)) throw undecodable(`"${name}" must be an array.`);
  return value;
}

/** The value as a text. @throws QueryRefused */
export function asText(value: JsonValue, name: string): string {
  if (typeof value !== 'string') throw undecodable(`"${name}" must be a string.`);
  return value;
}

/** The value as a word of an enum, in any letter case or as its place in the enum (corrections 2.1). @throws QueryRefused */
export function asWord<Word extends string>(value: JsonValue, name: string, words: readonly Word[]): Word {
  const word = typeof value === 'number' ? words[value] : words.find((each) => each === asUpperCase(value));
  if (word === undefined) throw undecodable(`"${name}" must be one of ${words.join(', ')}.`);
  return word;
}

/** The value as a 32 bit integer: numeric texts count, fractions are cut off (corrections 2.2). @throws QueryRefused */
export function asInt32(value: JsonValue, name: string): number {
  const number = typeof value === 'string' && /^[+-]?\d{1,20}$/.test(value) ? Number(value) : value;
  if (typeof number !== 'number' || !(number > -INT32 - 1 && number < INT32)) {
    throw undecodable(`"${name}" must be an integer of 32 bits.`);
  }
  return Math.trunc(number);
}

const asUpperCase = (value: JsonValue): string => (typeof value === 'string' ? value.toUpperCase() : '');
