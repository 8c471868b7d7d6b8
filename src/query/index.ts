/** The query language of the snapshots and event streams (query contract): from a decoded body to parameterised SQL. */
import { type Query, readBody, readCount, readLimit, readPagination, readQuery } from './body.ts';
import type { Condition } from './condition.ts';
import type { QueryContext, Sql } from './context.ts';
import { guardCondition, guardList, guardPage } from './guard.ts';
import { withScope, withoutDeleted } from './implicit.ts';
import { interpret } from './interpret.ts';
import type { Predicate } from './predicate.ts';
import { type Project, projector } from './projection.ts';
import { sortKeys } from './sorting.ts';
import { countStatement, rowsStatement } from './statement.ts';
import { type Window, pageWindow } from './window.ts';

export type { QueryContext, Sql, Subject } from './context.ts';
export type { JsonObject, JsonValue } from './json.ts';
export { DIRECTIONS, OPERATORS } from './operators.ts';
export { QueryRefused } from './refused.ts';

/** A statement with the column `document`, and what becomes of each document before it is sent. */
export interface RowsQuery {
  readonly rows: Sql;
  readonly project: Project;
  /** How many rows there are at most; null: any number. */
  readonly limit: number | null;
}

/** A page and, with the column `total`, the number of all that match. */
export interface PagedQuery extends RowsQuery {
  readonly total: Sql;
}

/** A list query (query contract 2.2). @throws QueryRefused */
export function listQuery(body: unknown, context: QueryContext): RowsQuery {
  const members = readBody(body);
  const query = readQuery(members);
  const limit = readLimit(members, context.guard);
  if (context.guard) guardList(limit);
  const predicate = meaningOf(query.condition, context);
  return rowsQuery(predicate, query, limit === 0 ? { offset: 0 } : { offset: 0, limit }, context);
}

/** A paged query (query contract 2.2). @throws QueryRefused */
export function pagedQuery(body: unknown, context: QueryContext): PagedQuery {
  const members = readBody(body);
  const query = readQuery(members);
  const pagination = readPagination(members);
  if (context.guard) guardPage(pagination);
  const predicate = meaningOf(query.condition, context);
  return {
    ...rowsQuery(predicate, query, pageWindow(pagination), context),
    total: countStatement(predicate, context.subject),
  };
}

/** A single query: at most one row (query contract 2.2). @throws QueryRefused */
export function singleQuery(body: unknown, context: QueryContext): RowsQuery {
  const query = readQuery(readBody(body));
  return rowsQuery(meaningOf(query.condition, context), query, { offset: 0, limit: 1 }, context);
}

/** The number of documents that meet a condition, in the column `total`; the body is the bare condition. @throws QueryRefused */
export function countQuery(body: unknown, context: QueryContext): Sql {
  return countStatement(meaningOf(readCount(body), context), context.subject);
}

function meaningOf(client: Condition, context: QueryContext): Predicate {
  const scoped = withScope(client, context);
  if (context.guard) guardCondition(scoped);
  return interpret(withoutDeleted(scoped, client, context), context);
}

function rowsQuery(
  predicate: Predicate,
  { sort, projection }: Query,
  window: Window,
  context: QueryContext,
): RowsQuery {
  const { subject } = context;
  return {
    rows: rowsStatement(predicate, sortKeys(sort, subject), window, subject),
    project: projector(projection, context),
    limit: window.limit ?? null,
  };
}
