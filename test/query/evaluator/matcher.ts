import { dateBounds } from './dates.ts';
import type { Condition } from './decode.ts';
import { isArray, isObject, type Json } from './json.ts';
import { type Candidate, candidates, reached } from './paths.ts';
import { badRequest, illegalArgument } from './refused.ts';
import { classOf, compare, isEqual } from './values.ts';

export type Matcher = (document: Json) => boolean;

/** Where a condition stands. */
export interface Scope {
  /** The name under which documents store their primary key, and that of the aggregate's id (contract 4.1). */
  readonly keys: { readonly primary: string; readonly aggregate: string };
  readonly now: number;
  readonly zone: string;
}

/** What a condition says, by sections 4 and 5 of the contract. @throws Refused */
export function matcher(condition: Condition, scope: Scope): Matcher {
  const { operator, value } = condition;
  switch (operator) {
    case 'AND':
    case 'OR':
    case 'NOR':
      return combined(condition, scope);
    case 'ALL':
      return () => true;
    case 'ID':
      return equals(scope.keys.primary, value);
    case 'IDS':
      return isIn(scope.keys.primary, entries(value));
    case 'AGGREGATE_ID':
      return equals(scope.keys.aggregate, value);
    case 'AGGREGATE_IDS':
      return isIn(scope.keys.aggregate, entries(value));
    case 'TENANT_ID':
      return equals('tenantId', value);
    case 'OWNER_ID':
      return equals('ownerId', value);
    case 'SPACE_ID':
      return equals('spaceId', value);
    case 'DELETED':
      return deleted(value);
    case 'RAW':
    case 'MATCH':
      throw illegalArgument(`HTTP query operator[${operator}] is not allowed.`);
    case 'ELEM_MATCH':
      return elementMatches(condition, scope);
    default:
      return fieldMatcher(condition, scope);
  }
}

function combined({ operator, children }: Condition, scope: Scope): Matcher {
  if (children.length === 0) throw illegalArgument(`${operator} operator children cannot be empty.`);
  const matchers = children.map((child) => matcher(child, scope));
  if (operator === 'AND') return (document) => matchers.every((matches) => matches(document));
  const any: Matcher = (document) => matchers.some((matches) => matches(document));
  return operator === 'OR' ? any : not(any);
}

function deleted(value: Json): Matcher {
  if (typeof value === 'boolean') return equals('deleted', value);
  if (typeof value !== 'string') throw illegalArgument('Value must be String, Boolean, or DeletionState.');
  const state = value.toUpperCase();
  if (state === 'ALL') return () => true;
  if (state !== 'ACTIVE' && state !== 'DELETED') throw illegalArgument(`No enum constant DeletionState.${state}`);
  return equals('deleted', state === 'DELETED');
}

function elementMatches({ field, children }: Condition, scope: Scope): Matcher {
  const child = children[0];
  if (child === undefined) throw badRequest('ELEM_MATCH needs a child.');
  const name = storedName(field, scope);
  // Names are relative to the element and mean what they say (contract 3.2): `_id` is no alias there.
  const { primary, aggregate } = scope.keys;
  const keys = { primary: '_id', aggregate: aggregate === primary ? '_id' : aggregate };
  const matches = matcher(child, { ...scope, keys });
  return (document) =>
    reached(document, name).some((end) => isArray(end) && end.some((element) => isObject(element) && matches(element)));
}

/** The operators of contract 4.2 and 4.3. */
function fieldMatcher({ field, operator, value, options }: Condition, scope: Scope): Matcher {
  const name = storedName(field, scope);
  const dates = dateBounds(operator, value, options, scope);
  if (dates?.range !== undefined) return between(name, ...dates.range);
  if (dates?.before !== undefined) return ordered(name, dates.before, (order) => order < 0);
  switch (operator) {
    case 'EQ':
      return equals(name, value);
    case 'NE':
      return not(equals(name, value));
    case 'GT':
      return ordered(name, value, (order) => order > 0);
    case 'LT':
      return ordered(name, value, (order) => order < 0);
    case 'GTE':
      return ordered(name, value, (order) => order >= 0);
    case 'LTE':
      return ordered(name, value, (order) => order <= 0);
    case 'BETWEEN':
      return between(name, ...twoBounds(value));
    case 'IN':
      return isIn(name, entries(value));
    case 'NOT_IN':
      return not(isIn(name, entries(value)));
    case 'ALL_IN':
      return holdsAll(name, entries(value));
    case 'CONTAINS':
      return text(name, value, options['ignoreCase'], (literal) => literal);
    case 'STARTS_WITH':
      return text(name, value, options['ignoreCase'], (literal) => `^${literal}`);
    case 'ENDS_WITH':
      return text(name, value, options['ignoreCase'], (literal) => `${literal}\\n?$`);
    case 'NULL':
      return equals(name, null);
    case 'NOT_NULL':
      return not(equals(name, null));
    case 'TRUE':
      return equals(name, true);
    case 'FALSE':
      return equals(name, false);
    case 'EXISTS':
      return exists(name, value);
    default:
      throw new Error(`no rule for the operator ${operator}`);
  }
}

/** Contract 3.2: `_id` is an alias of the primary key, except inside ELEM_MATCH. */
function storedName(field: string, { keys }: Scope): string {
  if (field.startsWith('$')) throw badRequest(`The field ${field} starts with $.`);
  return field === '_id' ? keys.primary : field;
}

const not =
  (matches: Matcher): Matcher =>
  (document) =>
    !matches(document);

const some =
  (name: string, good: (candidate: Candidate) => boolean): Matcher =>
  (document) =>
    candidates(document, name).some(good);

/** A missing field equals null only; null never stands at the top of a body, but does inside arrays. */
const equals = (name: string, value: Json): Matcher =>
  some(name, (candidate) => (candidate === undefined ? value === null : isEqual(candidate, value)));

const isIn =
  (name: string, values: readonly Json[]): Matcher =>
  (document) =>
    values.some((value) => equals(name, value)(document));

const holdsAll =
  (name: string, values: readonly Json[]): Matcher =>
  (document) =>
    values.length > 0 && values.every((value) => equals(name, value)(document));

const ordered = (name: string, bound: Json, good: (order: number) => boolean): Matcher =>
  some(name, (candidate = null) => classOf(candidate) === classOf(bound) && good(compare(candidate, bound)));

function between(name: string, from: Json, to: Json): Matcher {
  const reachesFrom = ordered(name, from, (order) => order >= 0);
  const reachesTo = ordered(name, to, (order) => order <= 0);
  return (document) => reachesFrom(document) && reachesTo(document);
}

function text(name: string, value: Json, ignoreCase: Json | undefined, pattern: (literal: string) => string): Matcher {
  if (typeof value !== 'string') throw badRequest('The value must be a string.');
  const literal = value.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`);
  // With both flags the language folds case by the simple folding of Unicode.
  const expression = new RegExp(pattern(literal), ignoreCase === true ? 'iu' : 'u');
  return some(name, (candidate) => typeof candidate === 'string' && expression.test(candidate));
}

function exists(name: string, value: Json): Matcher {
  if (typeof value !== 'boolean') throw badRequest('The value must be a boolean.');
  const present = some(name, (candidate) => candidate !== undefined);
  return value ? present : not(present);
}

function entries(value: Json): readonly Json[] {
  if (!isArray(value)) throw badRequest('The value must be an array.');
  return value;
}

function twoBounds(value: Json): [Json, Json] {
  const [from, to] = entries(value);
  if (from === undefined || to === undefined) {
    throw illegalArgument('BETWEEN operator value must be a array with 2 elements.');
  }
  return [from, to];
}
