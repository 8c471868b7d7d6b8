import { afterAll, beforeAll, expect, it } from 'vitest';
import { createCommandHandler } from '../../src/command-handler/index.ts';
import { DEFAULT_RETRY_SPEC, type Entry, type Outcome } from '../../src/domain/index.ts';
import { createGlobalIds, groupCreates } from '../../src/store/index.ts';
import { signal } from '../command-handler/handling.ts';
import { FAILED_EXECUTION } from '../support/api.ts';
import { SILENT, type TestStore, openStore } from '../support/store.ts';

/*
 * Creates that come at the same time are stored in one statement; nobody may be the worse for the others in it.
 */

let store: TestStore;

beforeAll(async () => {
  store = await openStore();
});
afterAll(() => store.close());

/** Decides all of them at once, on a handler that groups; each record has the name of its entry. */
async function decideAll(entries: Readonly<Record<string, Entry>>): Promise<Record<string, Outcome | undefined>> {
  const handler = createCommandHandler({
    pool: store.creates,
    createRecord: groupCreates(store.creates),
    ids: createGlobalIds(() => 7),
    now: Date.now,
    autoRetry: true,
    retryDefaults: DEFAULT_RETRY_SPEC,
    log: SILENT,
    onDecided: () => undefined,
  });
  const decided = Object.entries(entries).map(async ([id, entry]) => {
    const { outcomes } = await handler.handle(id, [entry], 0);
    return [id, outcomes[0]] as const;
  });
  return Object.fromEntries(await Promise.all(decided));
}

/** A create, whose request id is the one of another where it is given. */
const create = (requestId?: string): Entry =>
  signal(
    'create_execution_failed',
    { ...FAILED_EXECUTION, executeAt: Date.now() },
    requestId === undefined ? {} : { requestId },
  );

it('creates that come at once are stored each as its own record, in far fewer transactions', async () => {
  const entries = Object.fromEntries(Array.from({ length: 64 }, (_, index) => [`many-${index}`, create()]));
  const outcomes = await decideAll(entries);
  expect(new Set(Object.values(outcomes).map((outcome) => outcome?.ok))).toEqual(new Set([true]));
  const [stored] = await store.commands.query<{ events: number; snapshots: number; transactions: number }>(
    {
      name: 'test.stored',
      text: `select count(*)::int as events, count(s.aggregate_id)::int as snapshots, count(distinct transaction_id)::int as transactions
from redress.event_stream e left join redress.snapshot s using (aggregate_id) where aggregate_id like 'many-%'`,
    },
    [],
  );
  expect(stored).toMatchObject({ events: 64, snapshots: 64 });
  expect(stored?.transactions).toBeLessThan(16);
});

it('a create that is refused leaves the others of its group alone, and of two with one request id one is stored', async () => {
  await decideAll({ taken: create() });
  // Those before fill the groups that are on their way, so that these go together.
  const before = Object.fromEntries(Array.from({ length: 4 }, (_, index) => [`before-${index}`, create()]));
  const good = Object.fromEntries(Array.from({ length: 6 }, (_, index) => [`good-${index}`, create()]));
  const outcomes = await decideAll({
    ...before,
    taken: create(),
    first: create('twice'),
    second: create('twice'),
    ...good,
  });
  expect(outcomes['taken']).toMatchObject({ ok: false, code: 'DuplicateAggregateId' });
  const twins = [outcomes['first'], outcomes['second']].map((outcome) => (outcome?.ok === false ? outcome.code : 'Ok'));
  expect(twins.sort()).toEqual(['DuplicateRequestId', 'Ok']);
  for (const id of Object.keys(good)) expect(outcomes[id], id).toMatchObject({ ok: true, version: 1 });
});
