import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, test } from 'vitest';
import { openStore, type TestStore } from '../support/store.ts';
import { type Answer, answer, type Request } from './evaluator/answer.ts';
import { differenceOf } from './random/difference.ts';
import { documents } from './random/documents.ts';
import { openQueryDoors, type QueryDoors } from './random/doors.ts';
import { harvest } from './random/harvest.ts';
import { askPostgres, load } from './random/postgres.ts';
import { requests } from './random/requests.ts';

/*
 * Random queries over random documents: Postgres must answer what the second evaluator answers, and so must the
 * endpoints. A failure prints the seed of its batch; QUERY_SEED starts with it. QUERY_CONDITIONS sets how many queries
 * are asked.
 */
const SEED = Number(process.env['QUERY_SEED'] ?? Date.now() % 2 ** 31);
const CONDITIONS = Number(process.env['QUERY_CONDITIONS'] ?? 3_200);
const PER_BATCH = 400;
const OVER_HTTP = 100;
const DOCUMENTS = 60;

type Ask = (request: Request) => Promise<Answer>;

let store: TestStore;
let doors: QueryDoors;
beforeAll(async () => {
  store = await openStore();
  doors = await openQueryDoors(store);
});
afterAll(async () => {
  await doors.close();
  await store.close();
});

// Shrinking a counterexample takes its time.
describe('random queries are answered as the second evaluator answers them', { timeout: 120_000 }, () => {
  test.each(batches(CONDITIONS / PER_BATCH))('by Postgres, QUERY_SEED=$seed, $subject', (batch) =>
    compare(batch, (request) => askPostgres(store, request), PER_BATCH),
  );

  test.each(batches(2))('over HTTP, QUERY_SEED=$seed, $subject', (batch) =>
    compare(batch, (request) => doors.ask(request), OVER_HTTP),
  );
});

interface Batch {
  readonly seed: number;
  readonly subject: Request['subject'];
}

/** Event streams in every third. */
function batches(count: number): Batch[] {
  return Array.from({ length: Math.ceil(count) }, (_, at) => ({
    seed: SEED + at,
    subject: (SEED + at) % 3 === 0 ? 'event_stream' : 'snapshot',
  }));
}

async function compare({ seed, subject }: Batch, ask: Ask, numRuns: number): Promise<void> {
  const [stored = []] = fc.sample(documents(subject, DOCUMENTS), { seed, numRuns: 1 });
  await load(store, subject, stored);
  const ids = stored.map((document) => document[subject === 'snapshot' ? 'aggregateId' : 'id'] as string);
  const property = fc.asyncProperty(requests({ subject, found: harvest(stored), ids }), async (request) => {
    const expected = answer(request, stored);
    const given = await ask(request);
    if (!isDeepStrictEqual(given, expected)) throw new Error(differenceOf(request, { given, expected }, stored));
  });
  await fc.assert(property, { seed, numRuns });
}
