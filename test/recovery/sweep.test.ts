import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { runSweep } from '../../src/recovery/index.ts';
import { observeNamespace } from '../../src/store/index.ts';
import { TemporalUnavailable } from '../../src/temporal/errors.ts';
import type { Executions } from '../../src/temporal/index.ts';
import { create, handlerOn } from '../command-handler/handling.ts';
import { SILENT, type TestStore, openStore } from '../support/store.ts';
import { LEADING, REACHED } from './deps.ts';

const EPOCH = 2;

let store: TestStore;
beforeAll(async () => {
  store = await openStore();
  await observeNamespace(store.commands, 'a namespace', true);
  await handlerOn(store).handle('open', [create()], EPOCH);
});
afterAll(() => store.close());
beforeEach(() => store.sql('update redress.temporal set swept_epoch = 1'));

const sweptEpoch = async (): Promise<unknown> =>
  (await store.sql('select swept_epoch as epoch from redress.temporal'))[0];

/** Sweeps a Temporal with these pages of running workflows; what is asked to look at its record is written down. */
function start(pages: readonly (readonly string[])[], but: Partial<Executions> = {}) {
  const synced: string[] = [];
  const lists = vi.fn((page: Uint8Array | null) => {
    const index = page?.[0] ?? 0;
    const next = index + 1 < pages.length ? Uint8Array.of(index + 1) : null;
    return Promise.resolve({ ids: pages[index] ?? [], next });
  });
  const executions: Executions = {
    ...REACHED,
    sync(id) {
      synced.push(id);
      return Promise.resolve(true);
    },
    running: lists,
    ...but,
  };
  const sweep = runSweep({ pool: store.commands, executions, leadership: LEADING, epoch: () => EPOCH, log: SILENT });
  return { synced, lists, stop: () => sweep.stop() };
}

it('asks what runs for no open record, on every page, and once in an epoch', async () => {
  const sweep = start([['gone-1', 'open'], [], ['gone-2']]);
  await expect.poll(sweptEpoch, { timeout: 5_000 }).toEqual({ epoch: EPOCH });
  expect(sweep.synced).toEqual(['gone-1', 'gone-2']);
  await sweep.stop();
  const again = start([['gone-1']]);
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  expect(again.lists).not.toHaveBeenCalled();
  await again.stop();
});

it('is done again where a restored database has forgotten it, also in the same process', async () => {
  const sweep = start([['gone']]);
  await expect.poll(sweptEpoch, { timeout: 5_000 }).toEqual({ epoch: EPOCH });
  await store.sql('update redress.temporal set swept_epoch = 1');
  await expect.poll(sweptEpoch, { timeout: 10_000 }).toEqual({ epoch: EPOCH });
  expect(sweep.synced).toEqual(['gone', 'gone']);
  await sweep.stop();
});

it('begins again later where lists are not to be had, and stops in the middle of a long one', async () => {
  let failures = 1;
  const sweep = start([], {
    running() {
      failures -= 1;
      if (failures >= 0) return Promise.reject(new TemporalUnavailable('a test', false));
      return Promise.resolve({ ids: ['open'], next: Uint8Array.of(1) });
    },
  });
  await expect.poll(() => failures, { timeout: 10_000 }).toBeLessThan(-10);
  await sweep.stop();
  expect(await sweptEpoch()).toEqual({ epoch: 1 });
});
