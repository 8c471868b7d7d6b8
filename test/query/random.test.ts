import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, test } from 'vitest';
import { openStore, type TestStore } from '../support/store.ts';
import { answer } from './evaluator/answer.ts';
import { differenceOf } from './random/difference.ts';
import { documents } from './random/documents.ts';
import { harvest } from './random/harvest.ts';
import { askPostgres, load } from './random/postgres.ts';
import { requests } from './random/requests.ts';

/*
 * Random queries over random documents: Postgres must answer what the second evaluator answers. A failure prints the
 * seed of its batch; QUERY_SEED starts with it. QUERY_CONDITIONS sets how many queries are asked.
 */
const SEED = Number(process.env['QUERY_SEED'] ?? Date.now() % 2 ** 31);
const CONDITIONS = Number(process.env['QUERY_CONDITIONS'] ?? 3_200);
const PER_BATCH = 400;
const DOCUMENTS = 60;
const BATCHES = Array.from({ length: Math.ceil(CONDITIONS / PER_BATCH) }, (_, batch) => ({
  seed: SEED + batch,
  subject: (SEED + batch) % 3 === 0 ? ('event_stream' as const) : ('snapshot' as const),
}));

describe('Postgres answers random queries as the second evaluator does', () => {
  let store: TestStore;
  beforeAll(async () => {
    store = await openStore();
  });
  afterAll(() => store.close());

  test.each(BATCHES)(
    'QUERY_SEED=$seed, $subject',
    async ({ seed, subject }) => {
      const [stored = []] = fc.sample(documents(subject, DOCUMENTS), { seed, numRuns: 1 });
      await load(store, subject, stored);
      const ids = stored.map((document) => document[subject === 'snapshot' ? 'aggregateId' : 'id'] as string);
      const property = fc.asyncProperty(requests({ subject, found: harvest(stored), ids }), async (request) => {
        const expected = answer(request, stored);
        const given = await askPostgres(store, request);
        if (!isDeepStrictEqual(given, expected)) throw new Error(differenceOf(request, { given, expected }, stored));
      });
      await fc.assert(property, { seed, numRuns: PER_BATCH });
    },
    // Shrinking a counterexample takes its time.
    120_000,
  );
});
