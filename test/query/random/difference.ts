import type { Answer, Request } from '../evaluator/answer.ts';
import type { Json, JsonObject } from '../evaluator/json.ts';

interface Answers {
  readonly given: Answer;
  readonly expected: Answer;
}

/** What somebody has to see to judge who is wrong: the query, both answers, and the documents that only one of them has. */
export function differenceOf(request: Request, { given, expected }: Answers, documents: readonly JsonObject[]): string {
  const [inGiven, inExpected] = [idsOf(given), idsOf(expected)];
  const disputed = documents.filter((document) => inGiven.has(idOf(document)) !== inExpected.has(idOf(document)));
  return [
    `the query     ${JSON.stringify(request)}`,
    `the evaluator ${short(expected)}`,
    `Postgres      ${short(given)}`,
    ...disputed.slice(0, 2).map((document) => `in one of them ${JSON.stringify(document)}`),
  ].join('\n');
}

const short = (answer: Answer): string => JSON.stringify(answer).slice(0, 4_000);

function idsOf(answer: Answer): Set<string> {
  if (answer.status !== 200) return new Set();
  const rows = (answer.body as { list?: Json } | null)?.list ?? answer.body;
  return new Set((Array.isArray(rows) ? (rows as Json[]) : [rows]).map(idOf));
}

/** Snapshots have an `aggregateId`; states and event streams an `id`. */
function idOf(row: Json): string {
  const { id, aggregateId, state } = (row ?? {}) as { id?: Json; aggregateId?: Json; state?: Json };
  return JSON.stringify(state === undefined ? (id ?? aggregateId) : aggregateId);
}
