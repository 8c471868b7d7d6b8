import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type JsonObject,
  type QueryContext,
  QueryRefused,
  type RowsQuery,
  type Sql,
  type Subject,
  countQuery,
  listQuery,
  pagedQuery,
  singleQuery,
} from '../../src/query/index.ts';
import { type TestStore, openStore } from '../support/store.ts';

interface Case {
  readonly name: string;
  readonly kind: 'list' | 'listState' | 'paged' | 'pagedState' | 'single' | 'singleState' | 'count';
  readonly query: unknown;
  readonly profile?: 'compat' | 'guarded';
  readonly clock?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly expectIds?: readonly string[];
  readonly expectDocs?: readonly JsonObject[];
  readonly expectTotal?: number;
  readonly expectCount?: number;
  readonly expectError?: { readonly status: number; readonly errorCode: string; readonly errorMsg?: string };
}

interface Cases {
  readonly clock: string;
  readonly defaultZone: string;
  readonly snapshots: readonly JsonObject[];
  readonly cases: readonly Case[];
  readonly eventStreams: readonly JsonObject[];
  readonly eventCases: readonly Case[];
}

const file = JSON.parse(readFileSync(new URL('./query-cases.json', import.meta.url), 'utf8')) as Cases;

let store: TestStore;

beforeAll(async () => {
  store = await openStore();
  await insert('snapshot', file.snapshots);
  await insert('event_stream', file.eventStreams);
});

afterAll(() => store.close());

describe('the worked cases of the query contract, asked of Postgres', () => {
  test.each(file.cases)('snapshots: $name', (each) => check('snapshot', each));

  test.each(file.eventCases)('event streams: $name', (each) => check('event_stream', each));
});

async function check(subject: Subject, each: Case): Promise<void> {
  const { expectIds, expectDocs, expectTotal, expectCount, expectError } = each;
  const answer = await ask(subject, each).catch((error: unknown) => {
    if (error instanceof QueryRefused) return { code: error.code, message: error.message };
    throw error;
  });
  if (expectError !== undefined) {
    const { errorCode, errorMsg } = expectError;
    expect(answer).toMatchObject({ code: errorCode, ...(errorMsg === undefined ? {} : { message: errorMsg }) });
    return;
  }
  if (expectCount !== undefined) expect(answer).toEqual({ total: expectCount });
  if (expectTotal !== undefined) expect(answer).toMatchObject({ total: expectTotal });
  if (expectDocs !== undefined) expect(answer).toMatchObject({ documents: expectDocs });
  const idOf = each.kind.endsWith('State') || subject === 'event_stream' ? 'id' : 'aggregateId';
  if (expectIds !== undefined && 'documents' in answer) {
    expect(answer.documents.map((document) => document[idOf])).toEqual(expectIds);
  }
}

type Answer =
  | { readonly documents: readonly JsonObject[]; readonly total?: number }
  | { readonly total: number }
  | { readonly code: string; readonly message: string };

async function ask(subject: Subject, { kind, query, profile, clock, headers = {} }: Case): Promise<Answer> {
  const context: QueryContext = {
    subject,
    result: kind.endsWith('State') ? 'state' : 'document',
    ownerId: headers['Command-Owner-Id'] ?? '',
    spaceId: headers['Wow-Space-Id'] ?? '',
    now: Date.parse(clock ?? file.clock),
    zone: file.defaultZone,
    guard: profile === 'guarded',
  };
  switch (kind) {
    case 'count':
      return { total: await total(countQuery(query, context)) };
    case 'list':
    case 'listState':
      return { documents: await documents(listQuery(query, context)) };
    case 'paged':
    case 'pagedState': {
      const paged = pagedQuery(query, context);
      return { documents: await documents(paged), total: await total(paged.total) };
    }
    case 'single':
    case 'singleState': {
      const found = await documents(singleQuery(query, context));
      return found.length === 0 ? { code: 'NotFound', message: 'Not found resource!' } : { documents: found };
    }
  }
}

async function documents({ rows, project }: RowsQuery): Promise<JsonObject[]> {
  const found = await store.sql<{ document: JsonObject }>(rows.text, rows.values);
  return found.map(({ document }) => project(document));
}

async function total({ text, values }: Sql): Promise<number> {
  const [row] = await store.sql<{ total: string }>(text, values);
  return Number(row?.total);
}

function insert(subject: Subject, documents: readonly JsonObject[]): Promise<unknown> {
  return store.sql(`insert into redress.${subject} (document) select jsonb_array_elements($1::jsonb)`, [
    JSON.stringify(documents),
  ]);
}
