import { type Comparison, storable } from './comparison.ts';
import { type JsonValue, isStorable } from './json.ts';
import type { Path } from './path.ts';

/** What one candidate of a path must be (query contract 5.1). */
export type Test =
  /** Equal to one of the values, which are storable and not null; with `orNothing` also null or missing. */
  | { readonly is: 'equal'; readonly values: readonly JsonValue[]; readonly orNothing: boolean }
  /** Texts, arrays and objects among the bounds are storable. */
  | { readonly is: 'compared'; readonly by: Comparison; readonly bound: JsonValue }
  /** With `ignoreCase` the text is folded already. */
  | {
      readonly is: 'text';
      readonly at: 'start' | 'end' | 'anywhere';
      readonly text: string;
      readonly ignoreCase: boolean;
    }
  | { readonly is: 'present' };

/** A question to a document, with nothing left of the wire: what the SQL is made from. */
export type Predicate =
  | { readonly kind: 'constant'; readonly holds: boolean }
  | { readonly kind: 'every' | 'some'; readonly parts: readonly Predicate[] }
  | { readonly kind: 'not'; readonly part: Predicate }
  /** Some candidate of the path passes the test. */
  | { readonly kind: 'field'; readonly path: Path; readonly test: Test }
  /** Each of the values, which are storable and not null, equals some candidate of the path. */
  | { readonly kind: 'holdsAll'; readonly path: Path; readonly values: readonly JsonValue[] }
  /** The path leads to an array with an object in it for which the part holds, its paths relative to that object. */
  | { readonly kind: 'element'; readonly path: Path; readonly part: Predicate };

/** Holds for no document, or for every one. */
export const constant = (holds: boolean): Predicate => ({ kind: 'constant', holds });

/** Holds where all parts do; without parts always. */
export const every = (parts: readonly Predicate[]): Predicate => ({ kind: 'every', parts });

/** Holds where a part does; without parts never. */
export const some = (parts: readonly Predicate[]): Predicate => ({ kind: 'some', parts });

/** Holds where the part does not. */
export const not = (part: Predicate): Predicate => ({ kind: 'not', part });

/** Some candidate equals one of the values; null stands for null and missing. */
export function equalsAny(path: Path, values: readonly JsonValue[]): Predicate {
  const known = values.filter((value) => value !== null && isStorable(value));
  return { kind: 'field', path, test: { is: 'equal', values: known, orNothing: values.includes(null) } };
}

/** For each value some candidate equals it; null stands for null and missing. */
export function holdsAll(path: Path, values: readonly JsonValue[]): Predicate {
  const known = values.filter((value) => value !== null);
  if (!known.every(isStorable)) return constant(false);
  const all: Predicate = { kind: 'holdsAll', path, values: known };
  return known.length < values.length ? every([all, equalsAny(path, [null])]) : all;
}

/** Some candidate of the bound's type compares so; null compares with null and missing as equal. */
export function compared(path: Path, by: Comparison, bound: JsonValue): Predicate {
  if (bound === null) return by === '<=' || by === '>=' ? equalsAny(path, [null]) : constant(false);
  // An infinite number is beyond all stored ones, and Postgres knows it.
  const [storableBy, storableBound] = typeof bound === 'number' ? [by, bound] : storable(by, bound);
  return { kind: 'field', path, test: { is: 'compared', by: storableBy, bound: storableBound } };
}
