import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  FIRST_DUE,
  countOpen,
  engageRecord,
  findOverdue,
  findUnengaged,
  findUnengagedDeadLetters,
  observeNamespace,
  readEngagement,
} from '../../src/store/index.ts';
import { create, handlerOn, signal } from '../command-handler/handling.ts';
import { type TestStore, openStore } from '../support/store.ts';

let store: TestStore;

beforeAll(async () => {
  store = await openStore();
});
afterAll(() => store.close());

const observe = (namespaceId: string, autoRetry = true): Promise<number> =>
  observeNamespace(store.commands, namespaceId, autoRetry);

/** A failure whose next retry is due `seconds` from 1970. */
const dueAt = (seconds: number) =>
  create(0, { retrySpec: { maxRetries: 1, minBackoff: seconds, executionTimeout: 1 }, recoverable: 'UNKNOWN' });

/** After every deadline. */
const LATER = Number.MAX_SAFE_INTEGER;

describe('the Temporal epoch', () => {
  it('rises with a new namespace and when automatic retries are on again, and with nothing else', async () => {
    expect(await observe('one')).toBe(1);
    expect(await observe('one')).toBe(1);
    expect(await observe('two')).toBe(2);
    expect(await observe('two', false)).toBe(2);
    expect(await observe('two', false)).toBe(2);
    expect(await observe('two')).toBe(3);
    expect(await observe('one')).toBe(4);
  });
});

describe('open records', () => {
  beforeAll(async () => {
    const handler = handlerOn(store);
    const deadLetter = [dueAt(1), signal('mark_recoverable', { recoverable: 'UNRECOVERABLE' })];
    await handler.handle('third', [dueAt(300)], 0);
    await handler.handle('first', [dueAt(100)], 2);
    await handler.handle('second', [dueAt(200)], 1);
    await handler.handle('engaged', [dueAt(50)], 4);
    await handler.handle('engaged-later', [dueAt(400)], 4);
    await handler.handle('dead-letter', deadLetter, 0);
    await handler.handle('deleted', [dueAt(10), signal('default_delete_aggregate')], 0);
    const succeeded = [dueAt(10), signal('prepare_compensation'), signal('apply_execution_success', { executeAt: 1 })];
    await handler.handle('succeeded', succeeded, 0);
  });

  const ids = (records: readonly { readonly id: string }[]): string[] => records.map(({ id }) => id);

  it('of earlier epochs are found in the order of their deadlines, whatever the epoch', async () => {
    expect(ids(await findUnengaged(store.queries, 4, { before: LATER, pushedAt: null }, [], 10))).toEqual([
      'first',
      'second',
      'third',
    ]);
    expect(ids(await findUnengaged(store.queries, 4, { before: LATER, pushedAt: null }, [], 2))).toEqual([
      'first',
      'second',
    ]);
    expect(ids(await findUnengaged(store.queries, 4, { before: LATER, pushedAt: null }, ['first'], 2))).toEqual([
      'second',
      'third',
    ]);
    expect(ids(await findUnengaged(store.queries, 4, { before: 200_001, pushedAt: null }, [], 10))).toEqual([
      'first',
      'second',
    ]);
  });

  it('of earlier epochs with an attempt that is out are found by when it was prepared, while its time lasts', async () => {
    const attempt = (at: number, maxRetries: number) => [
      create(at, { retrySpec: { maxRetries, minBackoff: 1, executionTimeout: 60 }, recoverable: 'UNKNOWN' }),
      signal('force_prepare_compensation'),
    ];
    const at = (now: number) => handlerOn(store, { now: () => now });
    await at(150_000).handle('out', attempt(150_000, 3), 0);
    await at(120_000).handle('last-out', attempt(120_000, 1), 0);
    const found = await findUnengaged(store.queries, 4, { before: 200_001, pushedAt: 179_999 }, [], 10);
    expect(ids(found)).toEqual(['first', 'last-out', 'out', 'second']);
    expect(found[1]).toMatchObject({ deadline: null, wantedAt: 120_000, status: 'PREPARED' });
    const after = await findUnengaged(store.queries, 4, { before: LATER, pushedAt: 180_000 }, [], 10);
    expect(ids(after)).toEqual(['first', 'out', 'second', 'third']);
    await store.sql(`delete from redress.snapshot where aggregate_id in ('out', 'last-out')`);
  });

  it('that wait for a person are found when they are asked for', async () => {
    const [record, ...others] = await findUnengagedDeadLetters(store.queries, 4, [], 10);
    expect(record).toMatchObject({ id: 'dead-letter', deadline: null, recoverable: 'UNRECOVERABLE', status: 'FAILED' });
    expect(others).toEqual([]);
    expect(await findUnengagedDeadLetters(store.queries, 4, ['dead-letter'], 10)).toEqual([]);
  });

  it('without a workflow are counted, with how late the first of them is', async () => {
    const { unengaged, lag } = await readEngagement(store.queries);
    expect(unengaged).toBe(4);
    expect(lag).toBeGreaterThan(Date.now() / 1_000 - 110);
    expect(lag).toBeLessThan(Date.now() / 1_000 - 90);
  });

  it('that are overdue are found among those of this epoch', async () => {
    expect(ids(await findOverdue(store.queries, 4, 60_000, FIRST_DUE, 10))).toEqual(['engaged']);
    expect(ids(await findOverdue(store.queries, 4, 50_000, FIRST_DUE, 10))).toEqual([]);
    const [first] = await findOverdue(store.queries, 4, 500_000, FIRST_DUE, 1);
    expect(first?.id).toBe('engaged');
    expect(ids(await findOverdue(store.queries, 4, 500_000, first ?? FIRST_DUE, 10))).toEqual(['engaged-later']);
  });

  it('are engaged once, and never in an earlier epoch', async () => {
    await engageRecord(store.commands, 'third', 4);
    await engageRecord(store.commands, 'third', 3);
    expect((await store.record('third')).engaged).toBe(4);
    expect(ids(await findUnengaged(store.queries, 4, { before: LATER, pushedAt: null }, [], 10))).toEqual([
      'first',
      'second',
    ]);
  });

  it('are counted without those that are over', async () => {
    expect(await countOpen(store.queries)).toBe(6);
  });
});
