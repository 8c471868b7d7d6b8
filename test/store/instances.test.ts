import { afterAll, beforeAll, describe, it } from 'vitest';
import { type Lease, isLiveInstance, leaseInstance, pruneInstances } from '../../src/store/index.ts';
import { SILENT, type TestStore, openStore } from '../support/store.ts';

let store: TestStore;

beforeAll(async () => {
  store = await openStore();
});
afterAll(() => store.close());

const lease = (url: string): Promise<Lease> => leaseInstance(store.commands, SILENT, { url, roles: 'api,worker' });

describe.concurrent('the machine id of a process', () => {
  it('is its own, and in the half of the range that is not leased elsewhere', async ({ expect }) => {
    const leases = await Promise.all(Array.from({ length: 20 }, (_, index) => lease(`http://unique-${index}`)));
    const ids = leases.map((each) => each.machineId());
    expect(new Set(ids).size).toBe(20);
    expect(Math.min(...ids)).toBeGreaterThanOrEqual(524_288);
    expect(Math.max(...ids)).toBeLessThan(1_048_576);
    await Promise.all(leases.map((each) => each.release()));
  });

  it.for<[string, string]>([
    [
      'another process has taken it over',
      'update redress.instance set token = gen_random_uuid() where machine_id = $1',
    ],
    ['its row is gone with a restored database', 'delete from redress.instance where machine_id = $1'],
  ])('is another one once %s', { timeout: 20_000 }, async ([what, sql], { expect }) => {
    const held = await lease(`http://${what}`);
    const before = held.machineId();
    await store.sql(sql, [before]);
    await expect.poll(() => held.machineId(), { timeout: 15_000 }).not.toBe(before);
    const [row] = await store.sql('select url from redress.instance where machine_id = $1', [held.machineId()]);
    expect(row).toEqual({ url: `http://${what}` });
    await held.release();
  });
});

describe('a process', () => {
  it('is alone until another one lives, and again once that has stopped or was killed', async ({ expect }) => {
    await store.sql('update redress.instance set url = null');
    const [one, other] = [await lease('http://same'), await lease('http://same')];
    expect([await one.isAlone(), await other.isAlone()]).toEqual([false, false]);
    await store.sql(`update redress.instance set heartbeat_at = now() - interval '31 seconds' where machine_id = $1`, [
      other.machineId(),
    ]);
    expect(await one.isAlone()).toBe(true);
    await other.release();
    expect([await one.isAlone(), await other.isAlone()]).toEqual([true, false]);
    await one.release();
  });
});

describe('the rows of processes', () => {
  it('are forgotten a day after their last heartbeat', async ({ expect }) => {
    const [old, young] = [await lease('http://old'), await lease('http://young')];
    await store.sql(`update redress.instance set heartbeat_at = now() - interval '25 hours' where url = 'http://old'`);
    await pruneInstances(store.commands);
    const rows = await store.sql('select url from redress.instance where machine_id = any($1)', [
      [old.machineId(), young.machineId()],
    ]);
    expect(rows).toEqual([{ url: 'http://young' }]);
    await Promise.all([old.release(), young.release()]);
  });
});

describe.concurrent('the address of a process', () => {
  it('may be called while the process lives', async ({ expect }) => {
    const living = await lease('http://living');
    expect(await isLiveInstance(store.commands, 'http://living')).toBe(true);
    expect(await isLiveInstance(store.commands, 'http://livin')).toBe(false);
    await living.release();
    expect(await isLiveInstance(store.commands, 'http://living')).toBe(false);
  });

  it('may not be called once its heartbeat has stopped', async ({ expect }) => {
    const dead = await lease('http://dead');
    await store.sql(`update redress.instance set heartbeat_at = now() - interval '3 minutes' where url = $1`, [
      'http://dead',
    ]);
    expect(await isLiveInstance(store.commands, 'http://dead')).toBe(false);
    await dead.release();
  });
});
