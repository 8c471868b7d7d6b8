import { setTimeout as sleep } from 'node:timers/promises';
import { lostDeliveries } from './fault-deliveries.ts';
import { missedByFeed } from './fault-feed.ts';
import { type Stored, overdueRecords, readStored } from './fault-records.ts';
import type { FaultServers } from './fault-servers.ts';
import type { Deliveries, FaultTarget } from './fault-target.ts';
import type { FeedWatch } from './feed-watch.ts';

const LOOK_INTERVAL = 500;

/**
 * What is stored and was delivered as soon as nothing is left to be made up for, or after `patience`. A record is overdue
 * `tolerance` after its deadline. Both are milliseconds.
 */
export async function settled(
  servers: FaultServers,
  target: FaultTarget,
  feed: FeedWatch,
  { tolerance, patience }: { readonly tolerance: number; readonly patience: number },
): Promise<{ readonly stored: Stored; readonly deliveries: Deliveries }> {
  const until = Date.now() + patience;
  for (;;) {
    const stored = await readStored(servers);
    const deliveries = target.delivered();
    const left = [
      ...overdueRecords(stored, tolerance),
      ...lostDeliveries(stored, deliveries),
      ...missedByFeed(feed.seen, stored),
    ];
    if (left.length === 0 || Date.now() > until) return { stored, deliveries };
    await sleep(LOOK_INTERVAL);
  }
}
