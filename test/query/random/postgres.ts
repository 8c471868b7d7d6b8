import {
  countQuery,
  listQuery,
  pagedQuery,
  type QueryContext,
  QueryRefused,
  type RowsQuery,
  singleQuery,
  type Sql,
} from '../../../src/query/index.ts';
import type { TestStore } from '../../support/store.ts';
import type { Answer, Request } from '../evaluator/answer.ts';
import type { Json, JsonObject } from '../evaluator/json.ts';

const TABLES = { snapshot: 'redress.snapshot', event_stream: 'redress.event_stream' };

/** Replaces all documents of a kind. */
export async function load(
  store: TestStore,
  subject: Request['subject'],
  documents: readonly JsonObject[],
): Promise<void> {
  await store.sql(`truncate ${TABLES[subject]}`);
  await store.sql(`insert into ${TABLES[subject]} (document) select jsonb_array_elements($1::jsonb)`, [
    JSON.stringify(documents),
  ]);
}

/** What the query functions answer over the documents in the store. */
export async function askPostgres(store: TestStore, request: Request): Promise<Answer> {
  try {
    return await ask(store, request);
  } catch (error) {
    if (error instanceof QueryRefused) return { status: 400, code: error.code };
    throw error;
  }
}

async function ask(store: TestStore, { operation, body, ...rest }: Request): Promise<Answer> {
  const context: QueryContext = { ...rest, guard: false };
  switch (operation) {
    case 'count': {
      const [row] = await run<{ total: string }>(store, countQuery(body, context));
      return { status: 200, body: Number(row?.total) };
    }
    case 'list':
      return { status: 200, body: await rowsOf(store, listQuery(body, context)) };
    case 'paged': {
      const query = pagedQuery(body, context);
      const [row] = await run<{ total: string }>(store, query.total);
      return { status: 200, body: { total: Number(row?.total), list: await rowsOf(store, query) } };
    }
    case 'single': {
      const [first] = await rowsOf(store, singleQuery(body, context));
      return first === undefined ? { status: 404, code: 'NotFound' } : { status: 200, body: first };
    }
  }
}

async function rowsOf(store: TestStore, { rows, project }: RowsQuery): Promise<Json[]> {
  const found = await run<{ document: JsonObject }>(store, rows);
  return found.map(({ document }) => project(document) as Json);
}

const run = <Row extends object>(store: TestStore, { text, values }: Sql): Promise<Row[]> =>
  store.sql<Row>(text, values);
