import { isDeepStrictEqual } from 'node:util';
import { createQueries } from '../../src/http/index.ts';
import { type Doors, openDoors } from '../http/doors.ts';
import type { Received } from '../http/send.ts';
import { StoreRefused } from '../../src/store/index.ts';
import { type TestStore, openStore } from '../support/store.ts';
import type { QueryCase, QueryCaseFile } from './query-case-file.ts';

/** A case that is not answered as it should be. */
export interface Difference {
  readonly name: string;
  readonly expected: unknown;
  readonly answered: unknown;
}

export interface QueryCasesRun {
  readonly passed: number;
  readonly differences: readonly Difference[];
}

const PATHS: Readonly<Record<QueryCase['kind'], string>> = {
  list: 'list',
  listState: 'list/state',
  paged: 'paged',
  pagedState: 'paged/state',
  single: 'single',
  singleState: 'single/state',
  count: 'count',
};

/** Loads the documents of a file into a fresh database and plays its cases over HTTP. Needs the Postgres of a test run. */
export async function runQueryCases(file: QueryCaseFile): Promise<QueryCasesRun> {
  const store = await openStore();
  let now = file.clock;
  const open = (guard: boolean): Promise<Doors> =>
    openDoors({ queries: createQueries(store, { now: () => Date.parse(now), zone: file.defaultZone, guard }) });
  const doors = { compat: await open(false), guarded: await open(true) };
  try {
    const differences = [
      ...(await load(store, 'snapshot', file.snapshots)),
      ...(await load(store, 'event_stream', file.eventStreams)),
    ];
    let passed = 0;
    const subjects = [
      ['snapshot', file.cases],
      ['event', file.eventCases],
    ] as const;
    for (const [subject, cases] of subjects) {
      for (const each of cases) {
        now = each.clock ?? file.clock;
        const path = `/execution_failed/${subject}/${PATHS[each.kind]}`;
        const received = await doors[each.profile].sendJson('POST', path, each.query, each.headers);
        const difference = compare(each, subject, received);
        if (difference === null) passed += 1;
        else differences.push(difference);
      }
    }
    return { passed, differences };
  } finally {
    await Promise.all(Object.values(doors).map((each) => each.close()));
    await store.close();
  }
}

/** Loads documents as they are; one that the store refuses is a difference. */
async function load(
  store: TestStore,
  table: 'snapshot' | 'event_stream',
  documents: readonly Readonly<Record<string, unknown>>[],
): Promise<Difference[]> {
  const differences: Difference[] = [];
  for (const document of documents) {
    try {
      await store.sql(`insert into redress.${table} (document) values ($1)`, [JSON.stringify(document)]);
    } catch (error) {
      if (!(error instanceof StoreRefused)) throw error;
      const name = `document ${String(document['id'] ?? document['aggregateId'])}`;
      differences.push({ name, expected: 'is stored', answered: error.message });
    }
  }
  return differences;
}

/** What the case expects beside what was answered, each reduced to what the case looks at; null: they agree. */
function compare(each: QueryCase, subject: 'snapshot' | 'event', { status, body }: Received): Difference | null {
  const answer: unknown = JSON.parse(body);
  const { expectError, expectCount, expectIds, expectDocs, expectTotal } = each;
  const found = status === 200 ? documentsOf(each, answer) : [];
  const looks: Record<string, readonly [expected: unknown, answered: unknown]> =
    expectError === undefined
      ? {
          status: [200, status],
          ...(expectCount === undefined ? {} : { count: [expectCount, answer] }),
          ...(expectIds === undefined
            ? {}
            : { ids: [expectIds, found.map((document) => idOf(each, subject, document))] }),
          ...(expectDocs === undefined ? {} : { documents: [expectDocs, found] }),
          ...(expectTotal === undefined ? {} : { total: [expectTotal, memberOf(answer, 'total')] }),
        }
      : {
          status: [expectError.status, status],
          ...Object.fromEntries(
            (['errorCode', 'errorMsg'] as const).flatMap((name) =>
              expectError[name] === undefined ? [] : [[name, [expectError[name], memberOf(answer, name)]]],
            ),
          ),
        };
  const differing = Object.entries(looks).filter(([, [expected, answered]]) => !isDeepStrictEqual(expected, answered));
  if (differing.length === 0) return null;
  return {
    name: each.name,
    expected: Object.fromEntries(differing.map(([name, [expected]]) => [name, expected])),
    answered: {
      ...Object.fromEntries(differing.map(([name, [, answered]]) => [name, answered])),
      ...(status === 200 ? {} : { error: answer }),
    },
  };
}

function documentsOf({ kind }: QueryCase, answer: unknown): unknown[] {
  const list = kind.startsWith('paged') ? memberOf(answer, 'list') : kind.startsWith('single') ? [answer] : answer;
  return Array.isArray(list) ? list : [];
}

function idOf({ kind }: QueryCase, subject: 'snapshot' | 'event', document: unknown): unknown {
  return memberOf(document, subject === 'event' || kind.endsWith('State') ? 'id' : 'aggregateId');
}

const memberOf = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
