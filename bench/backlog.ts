import { type Engagement, parkEngaged, parked, untilEngaged } from './engagement.ts';
import type { LoadGenerator } from './load-generator.ts';
import { startProbe } from './probe.ts';
import type { Servers } from './servers.ts';
import { startProduct, withSide } from './sides.ts';
import { percentile } from './statistics.ts';

const CALLERS = 64;

/** A backlog that was left to the starter. */
export interface Backlog extends Engagement {
  /** Milliseconds: p99 of what else was asked meanwhile. */
  readonly others: { readonly page: number; readonly command: number };
  /** What of that was answered with another status than 200. */
  readonly refused: readonly string[];
}

/**
 * Lets the service store so many records at once, as a storm does, on a database of its own, and waits until all of them have
 * their workflows, or so many seconds. Pages are read and commands are sent meanwhile.
 */
export async function drainBacklog(
  servers: Servers,
  load: LoadGenerator,
  { records, patience }: { readonly records: number; readonly patience: number },
): Promise<Backlog> {
  return await withSide(
    servers,
    (on) => startProduct(on, { CREATE_PATH: 'auto' }, 'product_backlog'),
    async (product) => {
      const ids = await parkEngaged(servers, load, product);
      servers.say(`${records} records, until all of them have their workflows …`);
      await load.run({ url: product.url, callers: CALLERS, until: { commands: records }, command: parked() });
      const probe = startProbe(product.url, ids, false);
      const engagement = await untilEngaged(servers, product, patience);
      const { pages, commands, refused } = await probe.stop();
      return { ...engagement, others: { page: percentile(pages, 0.99), command: percentile(commands, 0.99) }, refused };
    },
  );
}
