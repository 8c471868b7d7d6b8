import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type Answer, answer, type Request } from './evaluator/answer.ts';
import type { Json, JsonObject } from './evaluator/json.ts';

interface GivenCase {
  readonly name: string;
  readonly kind: 'list' | 'listState' | 'paged' | 'pagedState' | 'single' | 'singleState' | 'count';
  readonly query: Json;
  readonly headers?: Readonly<Record<string, string>>;
  readonly profile?: 'compat' | 'guarded';
  readonly expectIds?: readonly string[];
  readonly expectDocs?: readonly Json[];
  readonly expectTotal?: number;
  readonly expectCount?: number;
  readonly expectError?: { readonly status: number; readonly errorCode: string };
}

interface GivenCases {
  readonly clock: string;
  readonly defaultZone: string;
  readonly snapshots: readonly JsonObject[];
  readonly cases: readonly GivenCase[];
  readonly eventStreams: readonly JsonObject[];
  readonly eventCases: readonly GivenCase[];
}

const given = JSON.parse(readFileSync(new URL('query-cases.json', import.meta.url), 'utf8')) as GivenCases;
const unguarded = (cases: readonly GivenCase[]): GivenCase[] => cases.filter(({ profile }) => profile !== 'guarded');

describe('the second evaluator agrees with the given cases', () => {
  test.each(unguarded(given.cases))('$name', (each) => {
    expect(shown(each, ask('snapshot', each, given.snapshots))).toEqual(expected(each));
  });

  test.each(unguarded(given.eventCases))('$name', (each) => {
    expect(shown(each, ask('event_stream', each, given.eventStreams))).toEqual(expected(each));
  });
});

function ask(subject: Request['subject'], each: GivenCase, documents: readonly JsonObject[]): Answer {
  const request: Request = {
    subject,
    operation: each.kind.replace('State', '') as Request['operation'],
    result: each.kind.endsWith('State') ? 'state' : 'document',
    body: each.query,
    ownerId: each.headers?.['Command-Owner-Id'] ?? '',
    spaceId: each.headers?.['Wow-Space-Id'] ?? '',
    now: Date.parse(given.clock),
    zone: given.defaultZone,
  };
  return answer(request, documents);
}

/** The part of an answer that a case speaks of. */
function shown(each: GivenCase, given_: Answer): object {
  if (given_.status !== 200) return given_;
  if (each.expectCount !== undefined) return { count: given_.body };
  const { list = given_.body, total } = given_.body as { list?: Json; total?: number };
  const rows = (each.kind.startsWith('single') ? [list] : list) as JsonObject[];
  return {
    ...(each.expectDocs === undefined ? { ids: rows.map(idOf) } : { rows }),
    ...(each.expectTotal === undefined ? {} : { total }),
  };
}

function expected(each: GivenCase): object {
  const { expectError, expectCount, expectDocs, expectIds, expectTotal } = each;
  if (expectError !== undefined) return { status: expectError.status, code: expectError.errorCode };
  if (expectCount !== undefined) return { count: expectCount };
  return {
    ...(expectDocs === undefined ? { ids: expectIds } : { rows: expectDocs }),
    ...(expectTotal === undefined ? {} : { total: expectTotal }),
  };
}

/** Event streams and states have an `id`, snapshots an `aggregateId`. */
const idOf = (row: JsonObject): Json | undefined => row['id'] ?? row['aggregateId'];
