import { setTimeout as sleep } from 'node:timers/promises';
import { type Engagement, parkEngaged, parked, untilEngaged } from './engagement.ts';
import { type Lateness, readLateness } from './lateness.ts';
import type { LoadGenerator } from './load-generator.ts';
import type { Job } from './load-job.ts';
import { startProbe } from './probe.ts';
import type { Servers } from './servers.ts';
import { startProduct, withSide } from './sides.ts';
import { percentile } from './statistics.ts';

const CALLERS = 64;
/** Of a backlog so many fall due while it lasts, one after the other; milliseconds to the first of them and between two. */
const DUE = { share: 0.05, first: 5_000, interval: 100 };
/** Milliseconds after the last deadline until the record must be prepared. */
const SETTLE = 5_000;

/** A backlog that was left to the starter. */
export interface Backlog extends Engagement {
  /** Milliseconds: p99 of what else was asked meanwhile. */
  readonly others: { readonly page: number; readonly command: number };
  /** Of those of its records that fell due meanwhile, until their workflows were there. */
  readonly lateness: Lateness | null;
  /** What of that was answered with another status than 200. */
  readonly refused: readonly string[];
}

/**
 * Lets the service store so many records at once, as a storm does, on a database of its own, and waits until all of them have
 * their workflows, or so many seconds. Pages are read, commands are sent, and some of the records fall due meanwhile.
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
      const store = (count: number, command: Job['command']) =>
        load.run({ url: product.url, callers: CALLERS, until: { commands: count }, command });
      const dueCount = Math.ceil(records * DUE.share);
      await store(records - dueCount, parked());
      const due = { first: Date.now() + DUE.first, interval: DUE.interval };
      const { ids: dueIds } = await store(dueCount, { name: 'create', due });
      const probe = startProbe(product.url, ids, false);
      const engagement = await untilEngaged(servers, product, patience);
      const { pages, commands, refused } = await probe.stop();
      await sleep(Math.max(0, due.first + dueCount * due.interval + SETTLE - Date.now()), undefined, {
        signal: servers.stopping,
      });
      return {
        ...engagement,
        others: { page: percentile(pages, 0.99), command: percentile(commands, 0.99) },
        lateness: await readLateness(product, dueIds),
        refused,
      };
    },
  );
}
