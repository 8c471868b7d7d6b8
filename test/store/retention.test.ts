import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  FIRST_FINISHED,
  type Pool,
  type Pools,
  feedHorizon,
  findFinished,
  loadRecord,
  readFeed,
  removeFinished,
  saveCheckpoint,
} from '../../src/store/index.ts';
import { create, handlerOn, outcomeOf, signal } from '../command-handler/handling.ts';
import { FAILED_EXECUTION } from '../support/api.ts';
import { AFTER, FINISHED_AT, halfRecords, storeDeleted, storeRecord, storeSucceeded } from '../support/finished.ts';
import { type TestStore, openStore } from '../support/store.ts';

let store: TestStore;
beforeAll(async () => {
  store = await openStore();
});
afterEach(async () => {
  expect(await halfRecords(store)).toBe(0);
  await store.sql('truncate redress.event_stream, redress.snapshot, redress.checkpoint');
});
afterAll(() => store.close());

const found = async (before = AFTER): Promise<string[]> =>
  (await findFinished(store.queries, before, FIRST_FINISHED, 100)).map(({ id }) => id);

const GONE = { records: 0, events: 0 };
const remove = (...ids: string[]) => removeFinished(store.commands, AFTER, ids);

describe('records that are finished for long', () => {
  it('are those that are SUCCEEDED or deleted since before the moment, in the order in which they came to rest', async () => {
    await storeSucceeded(store, 'second', FINISHED_AT - 1_000);
    await storeDeleted(store, 'first', FINISHED_AT - 2_000);
    await storeSucceeded(store, 'third');
    await storeSucceeded(store, 'too-young', AFTER);
    await storeRecord(store, 'open', [create(0)]);
    await storeRecord(store, 'dead-letter', [create(0), signal('mark_recoverable', { recoverable: 'UNRECOVERABLE' })]);
    await storeDeleted(store, 'brought-back');
    await storeRecord(store, 'brought-back', [signal('default_recover_aggregate')]);
    expect(await found()).toEqual(['first', 'second', 'third']);
    expect(await found(FINISHED_AT - 1_000)).toEqual(['first']);

    const [page] = await findFinished(store.queries, AFTER, FIRST_FINISHED, 1);
    expect(page).toEqual({
      id: 'first',
      version: 2,
      deleted: true,
      finishedAt: FINISHED_AT - 2_000,
      heldBack: false,
    });
    const rest = await findFinished(store.queries, AFTER, page ?? FIRST_FINISHED, 100);
    expect(rest.map(({ id }) => id)).toEqual(['second', 'third']);
  });

  it('are told apart where they came to rest at the same moment', async () => {
    for (const id of ['b', 'a', 'c']) await storeDeleted(store, id);
    const seen: string[] = [];
    for (let place = FIRST_FINISHED; ;) {
      const [next] = await findFinished(store.queries, AFTER, place, 1);
      if (next === undefined) break;
      seen.push(next.id);
      place = next;
    }
    expect(seen).toEqual(['a', 'b', 'c']);
  });

  it('are found through their index', async () => {
    const [plan] = await store.sql<{ 'QUERY PLAN': unknown }>(
      `explain (format json) select aggregate_id from redress.snapshot
where not open and redress.integer_at(document, '{eventTime}') < ${AFTER}
  and (redress.integer_at(document, '{eventTime}'), aggregate_id) > (0, '')
order by redress.integer_at(document, '{eventTime}'), aggregate_id limit 500`,
    );
    expect(JSON.stringify(plan)).toContain('snapshot_finished');
  });

  it('go with all their events, whatever else is asked for', async () => {
    await storeSucceeded(store, 'gone');
    await storeRecord(store, 'open', [create(0)]);
    await storeSucceeded(store, 'too-young', AFTER);
    expect(await remove('gone', 'open', 'too-young', 'unknown')).toEqual({ records: 1, events: 3 });
    expect(await store.events('gone')).toEqual([]);
    expect(await loadRecord(store.queries, 'gone')).toBeNull();
    expect(await store.check('open')).toEqual([]);
    expect(await store.check('too-young')).toEqual([]);
  });

  it('stay while one of the subscribers has still to take their last event', async () => {
    await storeSucceeded(store, 'taken');
    await storeSucceeded(store, 'waited-for');
    const start = { era: 0, transactionId: 0n, position: 0n };
    const { entries } = await readFeed(store.queries, start, await farAway(), { count: 100, size: 1_000_000 });
    const [, , lastOfTaken, , , last] = entries;
    if (lastOfTaken === undefined || last === undefined) throw new Error('there are too few events');
    const session = await store.session('starter');
    await saveCheckpoint(session, 'fast', last.cursor);
    await saveCheckpoint(session, 'slow', lastOfTaken.cursor);

    const heldBack = (await findFinished(store.queries, AFTER, FIRST_FINISHED, 10)).filter((each) => each.heldBack);
    expect(heldBack.map(({ id }) => id)).toEqual(['waited-for']);
    expect(await remove('taken', 'waited-for')).toEqual({ records: 1, events: 3 });
    expect(await store.check('waited-for')).toEqual([]);

    await saveCheckpoint(session, 'slow', { ...last.cursor, position: last.cursor.position - 1n });
    expect(await remove('waited-for')).toEqual(GONE);
    await saveCheckpoint(session, 'slow', last.cursor);
    expect(await remove('waited-for')).toEqual({ records: 1, events: 3 });
    await session.end();
  });

  it('free their ids and their request ids', async () => {
    const createAs = (requestId: string) =>
      signal('create_execution_failed', { ...FAILED_EXECUTION, executeAt: 0 }, { requestId });
    await storeRecord(store, 'same', [createAs('used'), signal('default_delete_aggregate')]);
    expect(outcomeOf(await handlerOn(store).handle('same', [createAs('used')], 1))).toMatchObject({ ok: false });
    await remove('same');
    expect(outcomeOf(await handlerOn(store).handle('same', [createAs('used')], 1))).toMatchObject({
      ok: true,
      version: 1,
    });
    expect(await store.check('same')).toEqual([]);
  });
});

/** Behind everything, other than {@link feedHorizon}: no other test of the cluster holds it back. */
async function farAway() {
  return { ...(await feedHorizon(store.queries)), transactionId: 2n ** 62n };
}

/** A pool whose transactions are not committed before the gate is opened. */
function gated({ commands }: Pools): { readonly pool: Pool; readonly reached: Promise<void>; open(): void } {
  const { promise: opened, resolve: open } = Promise.withResolvers<undefined>();
  const { promise: reached, resolve: reach } = Promise.withResolvers<undefined>();
  const pool: Pool = {
    ...commands,
    transaction: (work) =>
      commands.transaction(async (client) => {
        const result = await work(client);
        reach(undefined);
        await opened;
        return result;
      }),
  };
  return {
    pool,
    reached,
    open() {
      open(undefined);
    },
  };
}

describe('a command that meets the removal of its record', () => {
  const commands = {
    recover: () => signal('default_recover_aggregate'),
    delete: () => signal('default_delete_aggregate'),
    tag: () => signal('default_apply_resource_tags', { tags: { team: ['a'] } }),
  };

  it.each(Object.keys(commands) as (keyof typeof commands)[])(
    'finds no record when it comes later: %s',
    async (name) => {
      await storeDeleted(store, 'record');
      const gate = gated(store);
      const removing = removeFinished(gate.pool, AFTER, ['record']);
      await gate.reached;
      const commanding = handlerOn(store).handle('record', [commands[name]()], 1);
      await untilSomebodyWaits();
      gate.open();
      expect(await removing).toEqual({ records: 1, events: 2 });
      expect(await commanding).toMatchObject({ outcomes: [{ ok: false, version: 0 }], record: null });
    },
  );

  it('makes a new record when it is a create that comes later', async () => {
    await storeDeleted(store, 'record');
    const gate = gated(store);
    const removing = removeFinished(gate.pool, AFTER, ['record']);
    await gate.reached;
    const creating = handlerOn(store).handle('record', [create()], 1);
    await untilSomebodyWaits();
    gate.open();
    expect(await removing).toEqual({ records: 1, events: 2 });
    expect(outcomeOf(await creating)).toMatchObject({ ok: true, version: 1 });
    expect(await store.check('record')).toEqual([]);
  });

  it('keeps the record when it is there first', async () => {
    await storeDeleted(store, 'record');
    await storeDeleted(store, 'other');
    const gate = gated(store);
    const commanding = handlerOn({ ...store, commands: gate.pool }).handle('record', [commands.recover()], 1);
    await gate.reached;
    // Does not wait for it either.
    expect(await remove('record', 'other')).toEqual({ records: 1, events: 2 });
    gate.open();
    expect(outcomeOf(await commanding)).toMatchObject({ ok: true, version: 3 });
    expect(await remove('record')).toEqual(GONE);
    expect(await store.check('record')).toEqual([]);
  });

  it('leaves the whole record or nothing of it, however they fall together', async () => {
    const rounds = Array.from({ length: 60 }, (_, round) => `record-${round}`);
    for (const id of rounds) await storeDeleted(store, id);
    const [one, two, three] = [store.open(), store.open(), store.open()];
    let removed = 0;
    const outcomes = await Promise.all(
      rounds.map(async (id, round) => {
        const command = [commands.recover, () => create(), commands.delete][round % 3] ?? commands.recover;
        const [{ outcomes }, ...removals] = await Promise.all([
          handlerOn(one).handle(id, [command()], 1),
          removeFinished(two.commands, AFTER, [id]),
          removeFinished(three.commands, AFTER, [id]),
        ]);
        removed += removals.reduce((sum, { records }) => sum + records, 0);
        return { id, outcome: outcomes[0] };
      }),
    );
    let kept = 0;
    for (const { id, outcome } of outcomes) {
      const record = await loadRecord(store.queries, id);
      if (record !== null) kept += 1;
      expect(await store.check(id)).toEqual([]);
      if (outcome?.ok === true) expect(record?.snapshot.version, id).toBe(outcome.version);
    }
    const createdAnew = outcomes.filter(({ outcome }) => outcome?.ok === true && outcome.version === 1).length;
    expect(removed).toBe(rounds.length - kept + createdAnew);
    expect(removed).toBeGreaterThan(0);
  });
});

/** Waits until a session of this database waits for another. */
async function untilSomebodyWaits(): Promise<void> {
  await expect
    .poll(async () => {
      const [row] = await store.sql<{ waiting: number }>(
        `select count(*)::int as waiting from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
      );
      return row?.waiting;
    })
    .toBe(1);
}
