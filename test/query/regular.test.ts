import { afterAll, beforeAll, expect, test } from 'vitest';
import { KEY_COLUMNS, SNAPSHOT_BRANCHES } from '../../src/query/columns.ts';
import { type TestStore, openStore } from '../support/store.ts';
import cases from './query-cases.json' with { type: 'json' };

/** The first snapshot of the given cases, which is as the service writes them. */
const REGULAR: unknown = cases.snapshots[0];

/** What a regular snapshot promises beside its keys, by which every row is known. */
const PROMISED = Array.from(SNAPSHOT_BRANCHES[0]?.columns.keys() ?? []).filter((path) => !KEY_COLUMNS.has(path));

let store: TestStore;
beforeAll(async () => {
  store = await openStore();
});
afterAll(() => store.close());

async function isRegular(change = '$1::jsonb', values: readonly unknown[] = []): Promise<boolean | undefined> {
  const rows = await store.sql<{ regular: boolean }>(`select redress.is_regular(${change}) as regular`, [
    JSON.stringify(REGULAR),
    ...values,
  ]);
  return rows[0]?.regular;
}

test('a snapshot as the service writes it is regular', async () => {
  expect(PROMISED.length).toBeGreaterThan(15);
  expect(await isRegular()).toBe(true);
});

test.each(PROMISED)('a snapshot is not regular unless %s holds one value of its type', async (path) => {
  const parts = path.split('.');
  expect(await isRegular('$1::jsonb #- $2::text[]', [parts])).toBe(false);
  for (const value of [null, [], {}, ['FAILED']]) {
    const changed = await isRegular('jsonb_set($1::jsonb, $2::text[], $3::jsonb)', [parts, JSON.stringify(value)]);
    expect(changed).toBe(false);
  }
});
