import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { runPruning } from '../../src/recovery/index.ts';
import { SILENT, type TestStore, openStore } from '../support/store.ts';
import { LEADING } from './deps.ts';

let store: TestStore;
beforeAll(async () => {
  store = await openStore();
});
afterAll(() => store.close());

it('forgets the refusals of yesterday at once, however many there were, and none of today', async () => {
  await store.sql(
    `insert into redress.refusal (command_id, aggregate_id, code, message, version, reached_handler, recorded_at)
     select number::text, 'a', 'IllegalState', 'no', 1, false, now() - interval '1 hour' * case number when 0 then 23 else 25 end
     from generate_series(0, 20001) number`,
  );
  const pruning = runPruning({ pool: store.commands, leadership: LEADING, log: SILENT });
  await vi.waitFor(async () => {
    expect(await store.sql('select command_id as id from redress.refusal limit 2')).toEqual([{ id: '0' }]);
  }, 5_000);
  await pruning.stop();
});
