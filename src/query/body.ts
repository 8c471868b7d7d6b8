import { type Condition, readCondition } from './condition.ts';
import { type JsonObject, type JsonValue, depthOf } from './json.ts';
import { asArray, asInt32, asObject, asText, asWord, member } from './members.ts';
import { DIRECTIONS, type Direction } from './operators.ts';
import { illegalArgument, undecodable } from './refused.ts';

/** Deeper bodies would only exhaust the stacks of this process and of Postgres. */
const MAX_DEPTH = 200;
const DEFAULT_LIMIT = 10;

/** One key of an order. */
export interface Sort {
  readonly field: string;
  readonly direction: Direction;
}

/** Which part of the documents is wanted; both empty: all of it. */
export interface Projection {
  readonly include: readonly string[];
  readonly exclude: readonly string[];
}

/** What list, paged and single queries share (query contract 2.2). */
export interface Query {
  readonly condition: Condition;
  readonly projection: Projection;
  readonly sort: readonly Sort[];
}

/** A page, counted from 1. */
export interface Pagination {
  readonly index: number;
  readonly size: number;
}

/** The members of a query; none for no body at all, which is an empty query. @throws QueryRefused */
export function readBody(body: unknown): JsonObject {
  if (body === undefined || body === null) return { condition: {} };
  return asObject(shallow(body), 'body');
}

/** What list, paged and single queries share. @throws QueryRefused */
export function readQuery(body: JsonObject): Query {
  const projection = asObject(member(body, 'projection', {}), 'projection');
  return {
    condition: readCondition(member(body, 'condition')),
    projection: { include: fieldsOf(projection, 'include'), exclude: fieldsOf(projection, 'exclude') },
    sort: asArray(member(body, 'sort', []), 'sort').map(readSort),
  };
}

/** The body of a count, which is a condition. @throws QueryRefused */
export function readCount(body: unknown): Condition {
  return readCondition(body === undefined || body === null ? {} : shallow(body));
}

/** The number of rows, 0 for all. @throws QueryRefused */
export function readLimit(body: JsonObject, guarded: boolean): number {
  const limit = asInt32(member(body, 'limit', guarded ? 0 : DEFAULT_LIMIT), 'limit');
  if (limit < 0 && !guarded) throw illegalArgument('limit must be greater than or equal to 0.');
  return limit;
}

/** The page as it is sent, however odd. @throws QueryRefused */
export function readPagination(body: JsonObject): Pagination {
  const pagination = asObject(member(body, 'pagination', {}), 'pagination');
  return {
    index: asInt32(member(pagination, 'index', 1), 'index'),
    size: asInt32(member(pagination, 'size', 10), 'size'),
  };
}

function readSort(value: JsonValue): Sort {
  const sort = asObject(value, 'sort');
  return {
    field: asText(member(sort, 'field'), 'field'),
    direction: asWord(member(sort, 'direction'), 'direction', DIRECTIONS),
  };
}

function fieldsOf(projection: JsonObject, name: string): readonly string[] {
  return asArray(member(projection, name, []), name).map((field) => asText(field, name));
}

function shallow(body: unknown): JsonValue {
  if (depthOf(body) > MAX_DEPTH) throw undecodable(`The body must not be nested deeper than ${MAX_DEPTH} levels.`);
  return body as JsonValue;
}
