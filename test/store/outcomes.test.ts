import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { refuse } from '../../src/domain/index.ts';
import { findOutcomes, pruneRefusals, recordRefusal, wasRequestUsed } from '../../src/store/index.ts';
import { create, handlerOn, message, signal } from '../command-handler/handling.ts';
import { type TestStore, openStore } from '../support/store.ts';

let store: TestStore;

beforeAll(async () => {
  store = await openStore();
});
afterAll(() => store.close());

describe('the outcome of a command', () => {
  it('is found, whether it was accepted or refused, and is missing where it is not decided', async () => {
    const accepted = message('prepare_compensation');
    const refused = message('default_recover_aggregate');
    const entries = [create(), ...[accepted, refused].map((each) => ({ origin: 'signal' as const, message: each }))];
    await handlerOn(store).handle('a', entries, 1);
    const found = await findOutcomes(store.queries, [accepted.commandId, refused.commandId, 'undecided']);
    const [, prepared] = await store.events('a');
    expect(found).toEqual([
      { aggregateId: 'a', commandId: accepted.commandId, version: 2, ok: true, streamId: prepared?.id },
      {
        aggregateId: 'a',
        commandId: refused.commandId,
        version: 2,
        ok: false,
        code: 'IllegalState',
        message: `Failed to process command[${refused.commandId}]: The current StateAggregate[a] is not deleted.`,
        reachedHandler: false,
      },
    ]);
  });

  it('is forgotten a day after a refusal, the oldest first come, so many at a time', async () => {
    for (const id of ['old-1', 'old-2', 'old-3', 'young']) {
      await recordRefusal(store.commands, id, 'b', 1, refuse('IllegalState', 'no'));
    }
    await store.sql(
      `update redress.refusal set recorded_at = now() - interval '25 hours' where command_id like 'old%'`,
    );
    const left = async (): Promise<number> =>
      (await findOutcomes(store.queries, ['old-1', 'old-2', 'old-3', 'young'])).length;
    expect(await pruneRefusals(store.commands, 2)).toBe(2);
    expect(await left()).toBe(2);
    expect(await pruneRefusals(store.commands, 2)).toBe(1);
    expect(await left()).toBe(1);
  });

  it('that is recorded twice stays as it was', async () => {
    await recordRefusal(store.commands, 'same', 'c', 1, refuse('IllegalState', 'first'));
    await recordRefusal(store.commands, 'same', 'c', 2, refuse('IllegalState', 'second'));
    expect(await findOutcomes(store.queries, ['same'])).toMatchObject([{ version: 1, message: 'first' }]);
  });
});

describe('a request id', () => {
  it('is used by what became a version, of the record that is asked about or of any create', async () => {
    const first = signal('create_execution_failed', {}, { requestId: 'refused' });
    const made = {
      ...create(),
      message: { ...message('create_execution_failed', bodyOf(create())), requestId: 'made' },
    };
    const prepared = signal('prepare_compensation', {}, { requestId: 'prepared' });
    await handlerOn(store).handle('d', [first, made, prepared], 1);
    const used = (id: string | null, requestId: string) => wasRequestUsed(store.queries, id, requestId);
    expect(await Promise.all([used(null, 'made'), used('d', 'made'), used('d', 'prepared')])).toEqual([
      true,
      true,
      true,
    ]);
    expect(await Promise.all([used(null, 'prepared'), used('e', 'prepared'), used('d', 'refused')])).toEqual([
      false,
      false,
      false,
    ]);
  });
});

const bodyOf = (entry: ReturnType<typeof create>): unknown => ('message' in entry ? entry.message.body : undefined);
