import { setTimeout as sleep } from 'node:timers/promises';
import { armFarAhead } from './due.ts';
import type { LoadGenerator } from './load-generator.ts';
import { type Servers, queryOnce } from './servers.ts';
import { type Side, startProduct, withSide } from './sides.ts';

/** Milliseconds after which a record with a deadline counts as armed: this run will not see it due. */
const LONG_AFTER = 24 * 3_600_000;
const LOOK_INTERVAL = 2_000;
const SAY_INTERVAL = 10_000;

const ARMED = `select count(*) filter (where deadline > $1)::int as armed, count(*) filter (where engaged = 0)::int as unengaged
from redress.snapshot where open`;

/**
 * Sees to it that at least `wanted` executions wait for a deadline far ahead, and returns how many do. They are stored at
 * once and get their workflows from the starter, which is the cheapest way that the service itself has.
 */
export async function arm(servers: Servers, load: LoadGenerator, wanted: number): Promise<number> {
  return await withSide(
    servers,
    (where) => startProduct(where, { CREATE_PATH: 'store' }),
    async (product) => {
      const missing = wanted - (await count(product)).armed;
      if (missing > 0) await create(servers, load, product, missing);
      return (await count(product)).armed;
    },
  );
}

async function create({ say, stopping }: Servers, load: LoadGenerator, product: Side, missing: number): Promise<void> {
  say(`Arming ${missing} executions …`);
  const startedAt = performance.now();
  await armFarAhead(load, product, missing);
  for (let saidAt = 0; ;) {
    const { unengaged } = await count(product);
    const seconds = (performance.now() - startedAt) / 1_000;
    if (unengaged === 0) {
      say(`Armed in ${seconds.toFixed(0)} s.`);
      return;
    }
    if (seconds * 1_000 > saidAt + SAY_INTERVAL) {
      say(`${missing - unengaged} of ${missing} are armed.`);
      saidAt = seconds * 1_000;
    }
    await sleep(LOOK_INTERVAL, undefined, { signal: stopping });
  }
}

async function count({ databaseUrl }: Side): Promise<{ armed: number; unengaged: number }> {
  const [row] = await queryOnce<{ armed: number; unengaged: number }>(databaseUrl, ARMED, [Date.now() + LONG_AFTER]);
  if (row === undefined) throw new Error('an aggregate gives one row');
  return row;
}
