import { afterAll, beforeAll, describe, it } from 'vitest';
import { type Lease, isLiveInstance, leaseInstance } from '../../src/store/index.ts';
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

  it('is given up once another process has taken it over', async ({ expect }) => {
    const taken = await lease('http://taken');
    const machineId = taken.machineId();
    await store.sql('update redress.instance set token = gen_random_uuid() where machine_id = $1', [machineId]);
    await expect.poll(() => whyNot(taken), { timeout: 15_000 }).toContain('lost its machine id');
    await taken.release();
  }, 20_000);
});

const whyNot = (lease: Lease): string => {
  try {
    return String(lease.machineId());
  } catch (error) {
    return String(error);
  }
};

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
