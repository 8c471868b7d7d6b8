import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CommandHandler } from '../../src/command-handler/index.ts';
import { FAILED_ATTEMPT } from '../support/api.ts';
import { type TestStore, openStore } from '../support/store.ts';
import { create, delivery, handlerOn, outcomeOf, signal } from './handling.ts';

let store: TestStore;
let handler: CommandHandler;

beforeAll(async () => {
  store = await openStore();
  handler = handlerOn(store);
});
afterAll(() => store.close());

const prepare = () => signal('prepare_compensation');

/** The ids of the outcome of an attempt, as the workflow makes them. */
const about = (id: string, attempt: number) => ({
  commandId: `redress:outcome:${id}:${attempt}`,
  requestId: `redress:outcome:${id}:${attempt}`,
  attempt,
});

const failed = (id: string, attempt: number, but: object = {}, header: Record<string, string> = {}) =>
  delivery('apply_execution_failed', { ...FAILED_ATTEMPT, ...but }, { ...about(id, attempt), header });

const succeeded = (id: string, attempt: number) =>
  delivery('apply_execution_success', { executeAt: 1 }, about(id, attempt));

describe('the outcome of a delivery', () => {
  it('leaves what the record says about recovery, unless the target says something', async () => {
    await handler.handle('kept', [create(), prepare()], 1);
    const kept = await handler.handle('kept', [failed('kept', 1)], 1);
    expect(kept.record?.snapshot.state).toMatchObject({ status: 'FAILED', recoverable: 'RECOVERABLE' });
    const named = await handler.handle('kept', [prepare(), failed('kept', 2, { recoverable: 'UNRECOVERABLE' })], 1);
    expect(named.record?.snapshot.state).toMatchObject({ status: 'FAILED', recoverable: 'UNRECOVERABLE' });
  });

  it('knows what is decided now, not what was so when the delivery began', async () => {
    const mark = signal('mark_recoverable', { recoverable: 'UNRECOVERABLE' });
    const { record } = await handler.handle('marked', [create(), prepare(), mark, failed('marked', 1)], 1);
    expect(record?.snapshot.state).toMatchObject({ status: 'FAILED', recoverable: 'UNRECOVERABLE' });
  });

  it('is not the report of a caller, which says UNKNOWN where it says nothing', async () => {
    const report = signal('apply_execution_failed', FAILED_ATTEMPT);
    const { record } = await handler.handle('reported', [create(), prepare(), report], 1);
    expect(record?.snapshot.state.recoverable).toBe('UNKNOWN');
  });

  it('is applied once, although the attempt was delivered twice', async () => {
    await handler.handle('twice', [create(), prepare()], 1);
    const { outcomes } = await handler.handle('twice', [succeeded('twice', 1), failed('twice', 1)], 1);
    expect(outcomes).toMatchObject([
      { ok: true, version: 3 },
      { ok: true, version: 3 },
    ]);
    expect((await store.record('twice')).snapshot.state.status).toBe('SUCCEEDED');
  });

  it('is dropped where it is the failure of an earlier attempt', async () => {
    const retry = [failed('late', 1), prepare()];
    await handler.handle('late', [create(), prepare(), signal('apply_execution_failed', FAILED_ATTEMPT), prepare()], 1);
    const { outcomes } = await handler.handle('late', retry.slice(0, 1), 1);
    expect(outcomes).toMatchObject([{ ok: false, code: 'CommandExpectVersionConflict' }]);
    expect((await store.record('late')).snapshot).toMatchObject({ version: 4, state: { status: 'PREPARED' } });
  });

  it('counts where it is the success of an earlier attempt', async () => {
    await handler.handle(
      'lucky',
      [create(), prepare(), signal('apply_execution_failed', FAILED_ATTEMPT), prepare()],
      1,
    );
    const { record } = await handler.handle('lucky', [succeeded('lucky', 1)], 1);
    expect(record?.snapshot).toMatchObject({ version: 5, state: { status: 'SUCCEEDED' } });
  });

  it('counts after a repeated delivery, although the first one ended while the record was deleted', async () => {
    const id = 'deleted-meanwhile';
    const remove = signal('default_delete_aggregate');
    const first = await handler.handle(id, [create(), prepare(), remove, failed(id, 1)], 1);
    expect(first.outcomes[3]).toMatchObject({ ok: false, code: 'IllegalAccessDeletedAggregate' });
    const second = await handler.handle(id, [signal('default_recover_aggregate'), succeeded(id, 1)], 1);
    expect(second.record?.snapshot.state.status).toBe('SUCCEEDED');
  });

  it('postpones the next attempt where the target wants that, for a day at most', async () => {
    const id = 'postponed';
    const tomorrow = Date.now() + 2 * 86_400_000;
    const asks = (time: number) => ({ redress_not_before: String(time) });
    await handler.handle(id, [create(1), prepare(), failed(id, 1, {}, asks(Date.now() + 7_300_000))], 1);
    const { notBefore, deadline } = await store.record(id);
    expect(deadline).toBe(notBefore);
    await handler.handle(id, [prepare(), failed(id, 2, {}, asks(tomorrow))], 1);
    const { snapshot, ...postponed } = await store.record(id);
    expect(postponed.notBefore).toBe(snapshot.eventTime + 86_400_000);
    expect(await store.check(id)).toEqual([]);
  });

  it('alone may postpone: a caller who sends the header is not heard', async () => {
    const header = { redress_not_before: String(Date.now() + 7_300_000) };
    const report = signal('apply_execution_failed', FAILED_ATTEMPT, { header });
    const { record } = await handler.handle('not-heard', [create(), prepare(), report], 1);
    expect(record?.notBefore).toBeNull();
  });

  it('is refused where its ids are no ids of deliveries of this record', async () => {
    await handler.handle('one', [create(), prepare(), succeeded('one', 1)], 1);
    await handler.handle('another', [create(), prepare()], 1);
    expect(outcomeOf(await handler.handle('another', [succeeded('one', 1)], 1))).toMatchObject({ ok: false });
  });
});
