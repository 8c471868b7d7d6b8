import { type Condition, decodeQuery, type Query } from './decode.ts';
import type { Json, JsonObject } from './json.ts';
import { type Matcher, matcher } from './matcher.ts';
import { sorted } from './order.ts';
import { projector } from './projector.ts';
import { badRequest, Refused } from './refused.ts';

/** A query as it comes over HTTP (contract 1). */
export interface Request {
  readonly operation: 'list' | 'paged' | 'single' | 'count';
  readonly subject: 'snapshot' | 'event_stream';
  readonly result: 'document' | 'state';
  /** The JSON of the body. */
  readonly body: Json;
  /** The header Command-Owner-Id; blank where there is none. */
  readonly ownerId: string;
  /** The header Wow-Space-Id; blank where there is none. */
  readonly spaceId: string;
  /** Epoch milliseconds. */
  readonly now: number;
  /** The server's zone. */
  readonly zone: string;
}

export type Answer =
  { readonly status: 200; readonly body: Json } | { readonly status: 400 | 404; readonly code: string };

/** How each store names and orders its documents (contract 3.2, 8). */
const STORES = {
  snapshot: { keys: { primary: 'aggregateId', aggregate: 'aggregateId' }, order: ['aggregateId'] },
  event_stream: { keys: { primary: 'id', aggregate: 'aggregateId' }, order: ['aggregateId', 'version'] },
};

/** What the query endpoints answer, with the HTTP guard off. */
export function answer(request: Request, documents: readonly JsonObject[]): Answer {
  try {
    return answerQuery(request, decodeQuery(request.body, request.operation), documents);
  } catch (error) {
    if (error instanceof Refused) return { status: 400, code: error.code };
    throw error;
  }
}

function answerQuery(request: Request, query: Query, documents: readonly JsonObject[]): Answer {
  const { keys, order } = STORES[request.subject];
  const storedName = (field: string): string => (field === '_id' ? keys.primary : field);
  const matching = documents.filter(wholeFilter(request, query.condition));
  if (request.operation === 'count') return { status: 200, body: matching.length };
  const project = projector(query.projection, storedName, keys.primary);
  const show = request.result === 'state' ? (document: JsonObject) => stateOf(project(document)) : project;
  const rows = sorted(matching, query.sort, storedName, order);
  switch (request.operation) {
    case 'list':
      return { status: 200, body: cut(rows, 0, query.limit).map(show) };
    case 'paged':
      return { status: 200, body: { total: rows.length, list: pageOf(rows, query).map(show) } };
    case 'single': {
      const [first] = rows;
      return first === undefined ? { status: 404, code: 'NotFound' } : { status: 200, body: show(first) };
    }
  }
}

/** Contract 3.1 and 3.3: tenant, owner and space always hold, and deleted snapshots stay out unless asked for alone. */
function wholeFilter(request: Request, condition: Condition): Matcher {
  const scope = { ...request, keys: STORES[request.subject].keys };
  const is = (operator: string, value: Json): Condition => ({ operator, value, field: '', children: [], options: {} });
  const unguarded = request.subject === 'event_stream' || condition.operator === 'DELETED';
  const parts = [
    condition,
    is('TENANT_ID', '(0)'),
    ...(request.ownerId.trim() === '' ? [] : [is('OWNER_ID', request.ownerId)]),
    ...(request.spaceId.trim() === '' ? [] : [is('SPACE_ID', request.spaceId)]),
    ...(unguarded ? [] : [is('DELETED', false)]),
  ];
  return matcher({ ...is('AND', ''), children: parts }, scope);
}

/** Contract 2.3: a page before the first is the first, size 0 is everything and a negative size counts as positive. */
function pageOf(rows: readonly JsonObject[], { index, size }: Query): readonly JsonObject[] {
  return size > 0 ? cut(rows, (Math.max(index, 1) - 1) * size, size) : cut(rows, 0, -size);
}

/** No limit where it is 0. */
const cut = (rows: readonly JsonObject[], offset: number, limit: number): readonly JsonObject[] =>
  limit === 0 ? rows.slice(offset) : rows.slice(offset, offset + limit);

function stateOf({ state }: JsonObject): Json {
  if (state === undefined) throw badRequest('The projection leaves no state.');
  return state;
}
