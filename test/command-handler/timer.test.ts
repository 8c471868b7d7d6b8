import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CommandHandler } from '../../src/command-handler/index.ts';
import type { Entry } from '../../src/domain/index.ts';
import { regenerateSnapshot } from '../../src/history/index.ts';
import { refusalsOf } from '../support/records.ts';
import { type TestStore, openStore } from '../support/store.ts';
import { create, handlerOn, outcomeOf, signal } from './handling.ts';

let store: TestStore;
let handler: CommandHandler;

beforeAll(async () => {
  store = await openStore();
  handler = handlerOn(store);
});
afterAll(() => store.close());

/** A record that is due since a minute ago, and what its timer asks for. */
async function dueRecord(id: string): Promise<Extract<Entry, { origin: 'timer' }>> {
  const { record } = await handler.handle(id, [create(Date.now() - 3_660_000)], 1);
  return { origin: 'timer', version: 1, deadline: record?.deadline ?? Number.NaN };
}

describe('a prepare by the timer', () => {
  it('is carried out at the version that it was set for, under ids of the engine', async () => {
    const timer = await dueRecord('due');
    expect(outcomeOf(await handler.handle('due', [timer], 1))).toMatchObject({ ok: true, version: 2 });
    expect((await store.events('due'))[1]).toMatchObject({
      requestId: 'redress:retry:due:1',
      commandId: 'redress:retry:due:1',
      body: [{ name: 'compensation_prepared' }],
    });
    expect(await store.check('due')).toEqual([]);
  });

  it('that is executed twice, or by two processes at once, happens once', async () => {
    const timer = await dueRecord('twice');
    const results = await Promise.all([
      handler.handle('twice', [timer], 1),
      handlerOn(store.open()).handle('twice', [timer], 1),
    ]);
    const again = await handler.handle('twice', [timer], 1);
    for (const result of [...results, again]) expect(outcomeOf(result)).toMatchObject({ ok: true, version: 2 });
    expect(await store.events('twice')).toHaveLength(2);
  });

  it('is counted once, with its lateness, however often it is executed', async () => {
    const latenesses: (number | null)[] = [];
    const counting = handlerOn(store, { onDecided: ({ lateness }) => latenesses.push(lateness) });
    const timer = await dueRecord('counted');
    await counting.handle('counted', [timer], 1);
    await counting.handle('counted', [timer], 1);
    expect(latenesses).toHaveLength(1);
    expect(latenesses[0]).toBeGreaterThanOrEqual(60_000);
  });

  it('is superseded where the record has moved on, of which nothing is kept', async () => {
    const timer = await dueRecord('moved-on');
    await handler.handle('moved-on', [signal('default_apply_resource_tags', { tags: {} })], 1);
    const result = await handler.handle('moved-on', [timer], 1);
    expect(outcomeOf(result)).toMatchObject({ ok: false, code: 'Superseded', version: 2 });
    expect(result.record?.deadline).toBe(timer.deadline);
    expect(await refusalsOf(store, 'moved-on')).toEqual([]);
    expect(outcomeOf(await handler.handle('moved-on', [{ ...timer, version: 2 }], 1)).ok).toBe(true);
  });

  it.each([
    ['UNRECOVERABLE', signal('mark_recoverable', { recoverable: 'UNRECOVERABLE' })],
    ['deleted', signal('default_delete_aggregate')],
    ['prepared', signal('prepare_compensation')],
    ['out of retries', signal('apply_retry_spec', { maxRetries: 0, minBackoff: 0, executionTimeout: 0 })],
  ])('is superseded where the record is %s, at whatever version it asks', async (what, command) => {
    const timer = await dueRecord(what);
    await handler.handle(what, [command], 1);
    for (const version of [1, 2]) {
      expect(outcomeOf(await handler.handle(what, [{ ...timer, version }], 1))).toMatchObject({ code: 'Superseded' });
    }
    expect(await store.events(what)).toHaveLength(2);
  });

  it('is superseded where there is no record', async () => {
    const result = await handler.handle('nobody', [{ origin: 'timer', version: 1, deadline: 1 }], 1);
    expect(outcomeOf(result)).toMatchObject({ code: 'Superseded', version: 0 });
  });

  it('is superseded while automatic retries are off, and the deadline stays where it is', async () => {
    const timer = await dueRecord('off');
    const result = await handlerOn(store, { autoRetry: false }).handle('off', [timer], 1);
    expect(outcomeOf(result)).toMatchObject({ code: 'Superseded' });
    expect((await store.record('off')).deadline).toBe(timer.deadline);
  });

  it('happens at its deadline at the earliest, although the timer was a little early', async () => {
    const { record } = await handler.handle('clock', [create(Date.now())], 1);
    const deadline = Number(record?.deadline);
    const timer: Entry = { origin: 'timer', version: 1, deadline };
    const at = (now: number) => handlerOn(store, { now: () => now }).handle('clock', [timer], 1);
    expect(outcomeOf(await at(deadline - 1_001))).toMatchObject({ ok: false, code: 'Superseded' });
    expect(outcomeOf(await at(deadline - 1_000)).ok).toBe(true);
    expect((await store.events('clock'))[1]?.createTime).toBe(deadline);
    expect(await store.check('clock')).toEqual([]);
  });

  it('that is refused at that very version takes the deadline away until somebody acts', async () => {
    const id = 'beyond-all-times';
    const spec = (maxRetries: number, minBackoff: number) => ({ maxRetries, minBackoff, executionTimeout: 0 });
    const retries = Array.from({ length: 14 }, () => signal('force_prepare_compensation'));
    let now = Date.now();
    const ticking = handlerOn(store, { now: () => (now += 10) });
    await ticking.handle(id, [create(1, { retrySpec: spec(14, 0) }), ...retries], 1);
    const { record } = await ticking.handle(id, [signal('apply_retry_spec', spec(20, 2_147_483_647))], 1);
    const timer: Entry = { origin: 'timer', version: 16, deadline: Number(record?.deadline) };
    for (let times = 0; times < 2; times += 1) {
      const result = await ticking.handle(id, [timer], 1);
      expect(outcomeOf(result)).toMatchObject({ ok: false, code: 'BadRequest', version: 16 });
      expect(result.record?.deadline).toBeNull();
    }
    expect(await refusalsOf(store, id)).toEqual(['BadRequest']);
    // From events alone it is due again.
    await regenerateSnapshot(store, id);
    expect((await store.record(id)).deadline).toBe(timer.deadline);
    expect((await ticking.handle(id, [timer], 1)).record?.deadline).toBeNull();
    expect((await store.record(id)).deadline).toBeNull();
    await ticking.handle(id, [signal('apply_retry_spec', spec(20, 0))], 1);
    expect((await store.record(id)).deadline).not.toBeNull();
    await ticking.handle(id, [timer], 1);
    expect((await store.record(id)).deadline).not.toBeNull();
  });
});
