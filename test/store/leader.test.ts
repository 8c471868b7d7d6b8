import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Leadership, campaign } from '../../src/store/index.ts';
import { eventually } from '../support/eventually.ts';
import { SILENT, type TestStore, cutConnections, openStore } from '../support/store.ts';

let store: TestStore;

beforeAll(async () => {
  store = await openStore();
});
afterAll(() => store.close());

const untilOneLeads = (...candidates: readonly Leadership[]): Promise<number> =>
  eventually(() => {
    const leader = candidates.findIndex((candidate) => candidate.isLeader());
    if (leader === -1) throw new Error('nobody leads');
    return leader;
  });

describe('leadership', () => {
  it('is held by one process, and passes on when its connection is cut and when it stops', async () => {
    const candidates = [campaign(store, SILENT, 'starter'), campaign(store.open(), SILENT, 'starter')];
    const first = await untilOneLeads(...candidates);

    await cutConnections(store, 'starter');
    await eventually(() => {
      expect(candidates[first]?.isLeader()).toBe(false);
    });
    const second = await untilOneLeads(...candidates);

    let leaders = 0;
    const watch = setInterval(() => {
      leaders = Math.max(leaders, candidates.filter((candidate) => candidate.isLeader()).length);
    }, 1);
    await candidates[second]?.stop();
    expect(candidates[second]?.isLeader()).toBe(false);
    const third = await untilOneLeads(...candidates);
    clearInterval(watch);
    expect(third).not.toBe(second);
    expect(leaders).toBeLessThanOrEqual(1);
    await candidates[third]?.stop();
  });

  it('is sought on by a process to which Postgres does not confirm the end of its connections', async () => {
    const leader = campaign(store, SILENT, 'starter');
    await untilOneLeads(leader);
    const pools = store.open();
    let tries = 0;
    const other = campaign(
      {
        ...pools,
        async session(name) {
          const session = await pools.session(name);
          tries += 1;
          return Object.assign(session, { end: () => new Promise<never>(() => undefined) });
        },
      },
      SILENT,
      'starter',
    );
    await eventually(() => {
      expect(tries).toBe(2);
    });
    await Promise.all([leader.stop(), other.stop()]);
    await cutConnections(store, 'starter');
  });

  it('is not sought any more by a process that has stopped', async () => {
    const stopped = campaign(store, SILENT, 'starter');
    await stopped.stop();
    const sessions = () =>
      store.sql(
        `select from pg_stat_activity where application_name = 'redress starter' and datname = current_database()`,
      );
    await eventually(async () => {
      expect(await sessions()).toEqual([]);
    });
    expect(stopped.isLeader()).toBe(false);
  });
});
