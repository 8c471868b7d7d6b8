import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CommandHandler } from '../../src/command-handler/index.ts';
import { StoreUnavailable } from '../../src/store/index.ts';
import { FAILED_ATTEMPT, FAILED_EXECUTION } from '../support/api.ts';
import { type TestStore, openStore } from '../support/store.ts';
import { create, handlerOn, message, outcomeOf, signal } from './handling.ts';

let store: TestStore;
let handler: CommandHandler;

beforeAll(async () => {
  store = await openStore();
  handler = handlerOn(store);
});
afterAll(() => store.close());

const prepare = () => signal('prepare_compensation');
const succeed = () => signal('apply_execution_success', { executeAt: 1 });

describe('a batch', () => {
  it('is decided in its order, each command on what the one before has left', async () => {
    const mark = signal('mark_recoverable', { recoverable: 'UNKNOWN' });
    const batch = [create(), succeed(), prepare(), prepare(), succeed(), mark];
    const { outcomes, record } = await handler.handle('in-order', batch, 1);
    expect(outcomes.map(({ ok, version }) => [ok, version])).toEqual([
      [true, 1],
      [false, 1],
      [true, 2],
      [false, 2],
      [true, 3],
      [true, 4],
    ]);
    expect(record?.snapshot).toMatchObject({ version: 4, state: { status: 'SUCCEEDED', recoverable: 'UNKNOWN' } });
    expect(await store.check('in-order')).toEqual([]);
  });

  it('that is executed twice gives the same answers and takes effect once', async () => {
    const batch = [create(), succeed(), prepare(), prepare(), signal('default_delete_aggregate'), prepare()];
    const first = await handler.handle('twice', batch, 1);
    const second = await handlerOn(store.open()).handle('twice', batch, 1);
    expect(second.outcomes).toMatchObject(first.outcomes.map((outcome) => ({ ...outcome })));
    expect(second.record).toEqual(first.record);
    expect(await store.events('twice')).toHaveLength(3);
    expect(await store.check('twice')).toEqual([]);
  });

  it('that broke off in the middle is answered for all of it when it is executed again', async () => {
    const batch = [create(), prepare(), succeed()];
    const first = await handler.handle('broken-off', batch.slice(0, 2), 1);
    const second = await handler.handle('broken-off', batch, 1);
    expect(second.outcomes.slice(0, 2)).toMatchObject(first.outcomes.map((outcome) => ({ ...outcome })));
    expect(second.outcomes[2]).toMatchObject({ ok: true, version: 3 });
  });

  it('that is empty is a look at the record, and at the era of the feed', async () => {
    expect(await handler.handle('nobody', [], 1)).toEqual({ outcomes: [], record: null });
    const { record } = await handler.handle('looked-at', [create()], 1);
    expect(await handler.handle('looked-at', [], 1)).toEqual({ outcomes: [], record: { ...record, era: 1 } });
  });

  it('of two processes at once leaves no gap, no double and no lost answer', async () => {
    await handler.handle('crowded', [create()], 1);
    const handlers = [handler, handlerOn(store.open()), handlerOn(store.open())];
    const results = await Promise.all(
      Array.from({ length: 60 }, (_, index) => {
        const tag = signal('default_apply_resource_tags', { tags: { index: [String(index)] } });
        return (handlers[index % handlers.length] ?? handler).handle('crowded', [tag], 1);
      }),
    );
    const versions = results.map((result) => outcomeOf(result).version);
    expect(new Set(versions).size).toBe(60);
    expect(await store.events('crowded')).toHaveLength(61);
    expect(await store.check('crowded')).toEqual([]);
  });
});

describe('ids', () => {
  it('of a command that was sent to another record are refused, and the other keeps its outcome', async () => {
    const command = prepare();
    await handler.handle('owner', [create(), command], 1);
    await handler.handle('stranger', [create()], 1);
    const outcome = outcomeOf(await handler.handle('stranger', [command], 1));
    expect(outcome).toMatchObject({ ok: false, code: 'IllegalArgument', reachedHandler: false, version: 1 });
    expect(outcomeOf(await handler.handle('owner', [command], 1))).toMatchObject({ ok: true, version: 2 });
  });

  it('of a request that was carried out refuse another command with it', async () => {
    const first = message('prepare_compensation', {}, { requestId: 'request' });
    const second = message('prepare_compensation', {}, { requestId: 'request' });
    await handler.handle('request', [create(), { origin: 'signal', message: first }], 1);
    expect(outcomeOf(await handler.handle('request', [{ origin: 'signal', message: second }], 1))).toMatchObject({
      ok: false,
      code: 'DuplicateRequestId',
      message: 'Duplicate request ID[request].',
    });
    expect(outcomeOf(await handler.handle('request', [{ origin: 'signal', message: first }], 1)).ok).toBe(true);
  });

  it('of a request that was refused may be used again', async () => {
    await handler.handle('again', [create()], 1);
    const attempt = (): Promise<boolean> =>
      handler
        .handle('again', [signal('apply_execution_success', { executeAt: 1 }, { requestId: 'again' })], 1)
        .then((result) => outcomeOf(result).ok);
    expect(await attempt()).toBe(false);
    await handler.handle('again', [prepare()], 1);
    expect(await attempt()).toBe(true);
  });
});

describe('a create', () => {
  it('for an id that is taken is refused as the contract has it', async () => {
    await handler.handle('taken', [create()], 1);
    expect(outcomeOf(await handler.handle('taken', [create()], 1))).toMatchObject({
      ok: false,
      code: 'DuplicateAggregateId',
      version: 1,
      reachedHandler: true,
    });
  });

  it('whose request made another record is refused', async () => {
    const body = { ...FAILED_EXECUTION, executeAt: 1 };
    const one = signal('create_execution_failed', body, { requestId: 'one record' });
    const other = signal('create_execution_failed', body, { requestId: 'one record' });
    await handler.handle('first-of-two', [one], 1);
    const result = await handler.handle('second-of-two', [other], 1);
    expect(outcomeOf(result)).toMatchObject({ ok: false, code: 'DuplicateRequestId' });
    expect(result.record).toBeNull();
  });

  it('is decided once by two processes at once', async () => {
    const handlers = [handler, handlerOn(store.open())];
    const outcomes = await Promise.all(
      Array.from({ length: 8 }, async (_, index) => {
        const result = await handlers[index % 2]?.handle('made-at-once', [create()], 1);
        return result?.outcomes[0]?.ok;
      }),
    );
    expect(outcomes.filter((ok) => ok === true)).toHaveLength(1);
    expect(await store.events('made-at-once')).toHaveLength(1);
  });

  it('that no index can hold is refused, and so it is again', async () => {
    const id = Array.from({ length: 4_000 }, (_, index) => String.fromCodePoint(33 + ((index * 7_919) % 90))).join('');
    const command = create();
    for (let times = 0; times < 2; times += 1) {
      const random = id + crypto.getRandomValues(new BigUint64Array(400)).join('');
      expect(outcomeOf(await handler.handle(random, [command], 1))).toMatchObject({ ok: false, code: 'BadRequest' });
    }
  });
});

describe('a record', () => {
  it('never goes back in time, whatever the clock of a process says', async () => {
    const ahead = handlerOn(store, { now: () => 2_000_000_000_000 });
    await ahead.handle('clocks', [create(), prepare()], 1);
    await handler.handle('clocks', [signal('apply_execution_failed', FAILED_ATTEMPT)], 1);
    const times = (await store.events('clocks')).map(({ createTime }) => createTime);
    expect(times).toEqual([2_000_000_000_000, 2_000_000_000_000, 2_000_000_000_000]);
    expect(await store.check('clocks')).toEqual([]);
  });

  it('knows the latest epoch in which its workflow ran', async () => {
    await handler.handle('epochs', [create()], 0);
    expect((await store.record('epochs')).engaged).toBe(0);
    await handler.handle('epochs', [], 2);
    expect((await store.record('epochs')).engaged).toBe(2);
    await handler.handle('epochs', [prepare()], 1);
    expect((await store.record('epochs')).engaged).toBe(2);
  });

  it('that stays locked is unavailable; what was decided before stays decided', async () => {
    const batch = [create(), prepare(), succeed()];
    await handler.handle('locked', batch.slice(0, 1), 1);
    const session = await store.session('lock');
    await session.query('begin');
    await session.query(`select from redress.snapshot where aggregate_id = 'locked' for update`);
    await expect(handler.handle('locked', batch, 1)).rejects.toThrow(StoreUnavailable);
    await session.end();
    const { outcomes } = await handler.handle('locked', batch, 1);
    expect(outcomes.map(({ ok }) => ok)).toEqual([true, true, true]);
    expect(await store.check('locked')).toEqual([]);
  });
});

describe('a message that is no command', () => {
  it.each([
    ['an unknown name', message('prepare_compensation', {}, { name: 'do_something' })],
    ['a body of the wrong shape', message('mark_recoverable', { recoverable: 'PERHAPS' })],
    ['no body where one is needed', message('apply_execution_success', null)],
    ['a reserved command id', message('prepare_compensation', {}, { commandId: 'redress:retry:odd:1' })],
    ['a reserved request id', message('prepare_compensation', {}, { requestId: 'redress:outcome:odd:1' })],
    ['an id without an end', message('prepare_compensation', {}, { commandId: 'x'.repeat(2_000) })],
  ])('because of %s is refused before any handler, and so it is again', async (_what, odd) => {
    await handler.handle('odd', [create()], 1);
    for (let times = 0; times < 2; times += 1) {
      expect(outcomeOf(await handler.handle('odd', [{ origin: 'signal', message: odd }], 1))).toMatchObject({
        ok: false,
        code: 'IllegalArgument',
        reachedHandler: false,
        version: 1,
      });
    }
    expect(await store.events('odd')).toHaveLength(1);
  });
});
