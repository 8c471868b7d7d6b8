import { isArray, isObject, type Json, type JsonObject } from './json.ts';
import { illegalArgument } from './refused.ts';

/** In the order of the published enum: a number in a body is the place in it (corrections 1.8). */
export const OPERATORS = [
  ...['AND', 'OR', 'NOR', 'ID', 'IDS', 'AGGREGATE_ID', 'AGGREGATE_IDS', 'TENANT_ID', 'OWNER_ID', 'SPACE_ID'],
  ...['DELETED', 'ALL', 'EQ', 'NE', 'GT', 'LT', 'GTE', 'LTE', 'CONTAINS', 'IN', 'NOT_IN', 'BETWEEN', 'ALL_IN'],
  ...['STARTS_WITH', 'ENDS_WITH', 'ELEM_MATCH', 'NULL', 'NOT_NULL', 'TRUE', 'FALSE', 'EXISTS', 'TODAY'],
  ...['BEFORE_TODAY', 'TOMORROW', 'THIS_WEEK', 'NEXT_WEEK', 'LAST_WEEK', 'THIS_MONTH', 'LAST_MONTH'],
  ...['RECENT_DAYS', 'EARLIER_DAYS', 'MATCH', 'RAW'],
];
const DIRECTIONS = ['ASC', 'DESC'];

/** A condition with the defaults of contract 2.1 filled in. */
export interface Condition {
  readonly field: string;
  readonly operator: string;
  readonly value: Json;
  readonly children: readonly Condition[];
  readonly options: JsonObject;
}

export interface Sort {
  readonly field: string;
  readonly direction: string;
}

export interface Projection {
  readonly include: readonly string[];
  readonly exclude: readonly string[];
}

/** Any of the bodies of contract 2.2; what an endpoint does not use is at its default. */
export interface Query {
  readonly condition: Condition;
  readonly projection: Projection;
  readonly sort: readonly Sort[];
  readonly limit: number;
  readonly index: number;
  readonly size: number;
}

export function decodeQuery(body: Json, operation: 'list' | 'paged' | 'single' | 'count'): Query {
  const bare = operation === 'count';
  const query = bare ? {} : object(body);
  const pagination = operation === 'paged' ? object(member(query, 'pagination', {})) : {};
  return {
    condition: bare ? decodeCondition(body) : decodeCondition(required(query, 'condition')),
    projection: decodeProjection(member(query, 'projection', {})),
    sort: list(member(query, 'sort', [])).map(decodeSort),
    limit: operation === 'list' ? notNegative(int32(member(query, 'limit', 10))) : 0,
    index: int32(member(pagination, 'index', 1)),
    size: int32(member(pagination, 'size', 10)),
  };
}

function decodeCondition(given: Json): Condition {
  const condition = object(given);
  return {
    field: text(member(condition, 'field', '')),
    operator: enumeration(member(condition, 'operator', 'ALL'), OPERATORS),
    value: member(condition, 'value', ''),
    children: list(member(condition, 'children', [])).map(decodeCondition),
    options: object(member(condition, 'options', {})),
  };
}

function decodeSort(given: Json): Sort {
  const sort = object(given);
  return { field: text(required(sort, 'field')), direction: enumeration(required(sort, 'direction'), DIRECTIONS) };
}

function decodeProjection(given: Json): Projection {
  const projection = object(given);
  return {
    include: list(member(projection, 'include', [])).map(text),
    exclude: list(member(projection, 'exclude', [])).map(text),
  };
}

function member(of: JsonObject, name: string, byDefault: Json): Json {
  const value = Object.hasOwn(of, name) ? of[name] : byDefault;
  if (value === undefined || value === null) throw illegalArgument(`${name} must not be null.`);
  return value;
}

function required(of: JsonObject, name: string): Json {
  if (!Object.hasOwn(of, name)) throw illegalArgument(`${name} is missing.`);
  return member(of, name, null);
}

function object(value: Json): JsonObject {
  if (!isObject(value)) throw illegalArgument('An object is expected.');
  return value;
}

function list(value: Json): readonly Json[] {
  if (!isArray(value)) throw illegalArgument('An array is expected.');
  return value;
}

function text(value: Json): string {
  if (typeof value !== 'string') throw illegalArgument('A string is expected.');
  return value;
}

function enumeration(value: Json, names: readonly string[]): string {
  const name = typeof value === 'number' ? names[value] : text(value).toUpperCase();
  if (name === undefined || !names.includes(name)) throw illegalArgument(`${JSON.stringify(value)} is not known.`);
  return name;
}

/** Numeric strings count, fractions are cut off. */
function int32(value: Json): number {
  const number = typeof value === 'string' && /^[+-]?\d+$/.test(value) ? Number(value) : value;
  const integer = typeof number === 'number' ? Math.trunc(number) : Infinity;
  if (integer < -(2 ** 31) || integer >= 2 ** 31) throw illegalArgument('A 32 bit integer is expected.');
  return integer;
}

function notNegative(limit: number): number {
  if (limit < 0) throw illegalArgument('limit must be greater than or equal to 0.');
  return limit;
}
