import { armFarAhead } from './due.ts';
import { untilEngaged } from './engagement.ts';
import type { LoadGenerator } from './load-generator.ts';
import { type Servers, queryOnce } from './servers.ts';
import { type Side, startProduct, withSide } from './sides.ts';

/** Milliseconds after which a record with a deadline counts as armed: this run will not see it due. */
const LONG_AFTER = 24 * 3_600_000;

const ARMED = 'select count(*)::int as armed from redress.snapshot where open and deadline > $1';

/**
 * Sees to it that at least `wanted` executions wait for a deadline far ahead, and returns how many do. They are stored at
 * once and get their workflows from the starter, which is the cheapest way that the service itself has.
 */
export async function arm(servers: Servers, load: LoadGenerator, wanted: number): Promise<number> {
  return await withSide(
    servers,
    (where) => startProduct(where, { CREATE_PATH: 'store' }),
    async (product) => {
      const missing = wanted - (await countArmed(product));
      if (missing > 0) await create(servers, load, product, missing);
      return await countArmed(product);
    },
  );
}

async function create(servers: Servers, load: LoadGenerator, product: Side, missing: number): Promise<void> {
  servers.say(`Arming ${missing} executions …`);
  const startedAt = performance.now();
  await armFarAhead(load, product, missing);
  await untilEngaged(servers, product, Number.POSITIVE_INFINITY);
  servers.say(`Armed in ${((performance.now() - startedAt) / 1_000).toFixed(0)} s.`);
}

async function countArmed({ databaseUrl }: Side): Promise<number> {
  const [row] = await queryOnce<{ armed: number }>(databaseUrl, ARMED, [Date.now() + LONG_AFTER]);
  if (row === undefined) throw new Error('an aggregate gives one row');
  return row.armed;
}
