import { afterAll, beforeAll, expect, it } from 'vitest';
import { createFeed, runSubscriber } from '../../src/feed/index.ts';
import {
  BEGINNING,
  type FeedEntry,
  type Pools,
  StoreUnavailable,
  createPools,
  loadCheckpoint,
  readFeedLag,
  saveCheckpoint,
} from '../../src/store/index.ts';
import { create, handlerOn } from '../command-handler/handling.ts';
import { eventually } from '../support/eventually.ts';
import { SILENT, type TestStore, cutConnections, openStore } from '../support/store.ts';
import { startTcpProxy } from '../support/tcp-proxy.ts';
import { versionOf } from './reading.ts';

let store: TestStore;
beforeAll(async () => {
  store = await openStore();
});
afterAll(() => store.close());

let sequence = 0;
async function writeRecords(count: number): Promise<string[]> {
  const ids = Array.from({ length: count }, () => `record-${(sequence += 1)}`);
  for (const id of ids) await handlerOn(store).handle(id, [create()], 1);
  return ids.map((id) => `${id}/1`);
}

/** Waits until the checkpoint of a subscriber stands behind everything. */
const untilNoted = (name: string): Promise<void> =>
  eventually(async () => {
    expect((await readFeedLag(store.queries)).subscribers[name]).toBe(0);
  });

/** A process that would lead the feed to a subscriber of this name. */
function start(pools: Pools, name: string, handle: (entries: readonly FeedEntry[]) => Promise<void>) {
  const feed = createFeed({ pool: pools.queries, log: SILENT });
  const running = runSubscriber({ pools, feed, subscriber: { name, handle }, log: SILENT });
  return {
    async stop() {
      feed.stop();
      await running.stop();
    },
  };
}

it('gets everything from the beginning, and after a restart goes on behind what it took', async () => {
  const taken: string[] = [];
  const handle = (entries: readonly FeedEntry[]) => {
    taken.push(...entries.map(versionOf));
    return Promise.resolve();
  };
  const before = await writeRecords(3);
  const first = start(store, 'restarted', handle);
  await eventually(() => {
    expect(taken).toEqual(before);
  });
  await first.stop();
  const meanwhile = await writeRecords(2);
  expect((await readFeedLag(store.queries)).subscribers['restarted']).toBeGreaterThan(0);
  const second = start(store.open(), 'restarted', handle);
  await eventually(() => {
    expect(taken).toEqual([...before, ...meanwhile]);
  });
  await untilNoted('restarted');
  await second.stop();
});

it('gets the same entries again until it has taken them', async () => {
  const calls: string[][] = [];
  const wanted = await writeRecords(2);
  const running = start(store, 'failing', (entries) => {
    calls.push(entries.map(versionOf));
    return calls.length < 3 ? Promise.reject(new Error('not now')) : Promise.resolve();
  });
  await eventually(() => {
    expect(calls.length).toBeGreaterThanOrEqual(3);
  });
  expect(calls[0]?.slice(-2)).toEqual(wanted);
  expect(calls[1]).toEqual(calls[0]);
  expect(calls[2]).toEqual(calls[0]);
  await running.stop();
});

it('is led by one process at a time, and by another when the connection of the first is cut', async () => {
  const takenBy: string[][] = [[], []];
  const isCutOff = [false, false];
  const processes = takenBy.map((taken, index) => {
    const pools = store.open();
    const session: Pools['session'] = (name) =>
      isCutOff[index] === true ? Promise.reject(new StoreUnavailable('cut off')) : pools.session(name);
    return start({ ...pools, session }, 'led', (entries) => {
      taken.push(...entries.map(versionOf));
      return Promise.resolve();
    });
  });
  const takeOne = async (): Promise<number> => {
    const [wanted = ''] = await writeRecords(1);
    return eventually(() => {
      expect(takenBy.flat()).toContain(wanted);
      return takenBy.findIndex((taken) => taken.includes(wanted));
    });
  };
  const first = await takeOne();
  const [old, young] = [takenBy[first] ?? [], takenBy[1 - first] ?? []];
  expect(await takeOne()).toBe(first);
  expect(young).toEqual([]);

  await untilNoted('led');
  isCutOff[first] = true;
  await cutConnections(store, 'feed led');
  // Until the lock is free and the other one has asked for it again, nobody leads.
  expect(await takeOne()).toBe(1 - first);
  // Nothing of what the first had noted comes again, and nothing is left out.
  expect(new Set([...old, ...young]).size).toBe(old.length + young.length);
  await Promise.all(processes.map((process) => process.stop()));
});

it('goes on over a new connection where the host of Postgres is gone without a word and another has its address', async () => {
  const proxy = await startTcpProxy(new URL(store.url).host);
  const url = new URL(store.url);
  url.host = proxy.address;
  const behind = createPools(url.href, SILENT);
  const taken: string[] = [];
  const running = start({ ...store, session: (name) => behind.session(name) }, 'moved', (entries) => {
    taken.push(...entries.map(versionOf));
    return Promise.resolve();
  });
  await untilNoted('moved');
  proxy.lose();
  // Its lock is not there where the address is now.
  await cutConnections(store, 'feed moved');
  const [wanted = ''] = await writeRecords(1);
  await eventually(() => {
    expect(taken).toContain(wanted);
  });
  await untilNoted('moved');
  await running.stop();
  await behind.end();
  await proxy.close();
});

it('has a checkpoint that never moves back', async () => {
  const session = await store.session('starter');
  const at = (era: number, transactionId: bigint, position: bigint) => ({ era, transactionId, position });
  expect(await loadCheckpoint(session, 'kept')).toBeNull();
  await saveCheckpoint(session, 'kept', at(1, 50n, 7n));
  for (const lower of [at(1, 50n, 6n), at(1, 49n, 9n), at(0, 90n, 9n), BEGINNING]) {
    await saveCheckpoint(session, 'kept', lower);
    expect(await loadCheckpoint(session, 'kept')).toEqual(at(1, 50n, 7n));
  }
  for (const higher of [at(1, 50n, 8n), at(1, 51n, 1n), at(2, 3n, 1n)]) {
    await saveCheckpoint(session, 'kept', higher);
    expect(await loadCheckpoint(session, 'kept')).toEqual(higher);
  }
  await session.end();
});
