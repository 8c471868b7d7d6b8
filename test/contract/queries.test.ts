import { expect, test } from 'vitest';
import { readQueryCases } from './query-case-file.ts';
import { runQueryCases } from './query-cases.ts';

test('every query case is answered as it should be', async () => {
  const file = await readQueryCases(new URL('../query/query-cases.json', import.meta.url));
  expect(file.cases.length + file.eventCases.length).toBeGreaterThan(200);
  expect(await runQueryCases(file)).toEqual({ passed: file.cases.length + file.eventCases.length, differences: [] });
});
