import { type Arming, type Drain, drain } from './due.ts';
import { type Work, sameWork, workOf } from './same-work.ts';
import type { Servers } from './servers.ts';
import { type Side, measurePair } from './sides.ts';

/** The version of a record that is prepared for its first retry. */
export const PREPARED = 2;

type Sides<Value> = Readonly<Record<Side['name'], Value>>;

/** Retries that were due at once, on both sides in turns. */
export interface Drains {
  readonly pairs: readonly Sides<Drain>[];
  /** What one record of each side left behind. */
  readonly work: Sides<Work>;
}

/**
 * Lets retries fall due at once on both sides in turns, `pairs` times. A first pair only warms up.
 * @throws Error where the sides do not do the same work
 */
export async function compareDrains(
  servers: Servers,
  arming: Arming,
  [product, bare]: readonly [product: Side, bare: Side],
  plan: { readonly pairs: number; readonly atOnce: number },
): Promise<Drains> {
  const work = sameWork({
    product: await retryAlone(servers, arming, product),
    bare: await retryAlone(servers, arming, bare),
  });
  const pairs: Sides<Drain>[] = [];
  for (let index = 0; index <= plan.pairs; index += 1) {
    const pair = await measurePair(index, [product, bare], async (side) =>
      drain(servers, side, await arming.arm(side, plan.atOnce, 0), PREPARED),
    );
    if (index > 0) pairs.push(pair);
    servers.say(
      `${plan.atOnce} due at once, ${index === 0 ? 'warming up' : `pair ${index} of ${plan.pairs}`}: ` +
        `${pair.product.perSecond.toFixed(1)}/s to ${pair.bare.perSecond.toFixed(1)}/s`,
    );
  }
  return { pairs, work };
}

/** What one record leaves behind that is prepared while nothing else is. */
async function retryAlone(servers: Servers, arming: Arming, side: Side): Promise<Work> {
  const { ids } = await drain(servers, side, await arming.arm(side, 1, 0), PREPARED);
  return await workOf(servers, side, ids[0] ?? '');
}
