import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import type { PreparedRetry } from '../../src/dispatch/index.ts';
import type { Random } from './fault-random.ts';

/** How a target deals with a delivery: 200 at once or late, 500, 202 and a report later or never, or no answer at all. */
const WAYS = ['succeed', 'succeed', 'slow', 'fail', 'fail', 'fail', 'accept', 'accept', 'hang'] as const;

/** One request that the target got. */
export interface Delivery {
  readonly way: (typeof WAYS)[number];
  /** Epoch milliseconds. */
  readonly at: number;
}

/** What was delivered under each idempotency key, in the order of arrival. */
export type Deliveries = ReadonlyMap<string, readonly Delivery[]>;

/** A service that retries are pushed to, and that cannot be relied on. */
export interface FaultTarget {
  readonly url: string;
  /** What it has got until now. */
  delivered(): Deliveries;
  /** An attempt that was accepted with 202 and that nobody has reported on yet; undefined: there is none. */
  takeAccepted(): Pick<PreparedRetry, 'executionId' | 'attempt'> | undefined;
  close(): Promise<void>;
}

/** Milliseconds that a slow answer takes: within the target's time limit. */
const SLOW = 1_200;

/** Starts a target on this machine. */
export async function startFaultTarget(random: Random): Promise<FaultTarget> {
  const deliveries = new Map<string, Delivery[]>();
  const accepted: Pick<PreparedRetry, 'executionId' | 'attempt'>[] = [];
  const server = createServer((request, response) => {
    void (async () => {
      const prepared = (await json(request)) as PreparedRetry & { idempotencyKey: string };
      const way = random.pick(WAYS);
      const earlier = deliveries.get(prepared.idempotencyKey) ?? [];
      deliveries.set(prepared.idempotencyKey, [...earlier, { way, at: Date.now() }]);
      if (way === 'hang') return;
      if (way === 'slow') await sleep(SLOW);
      if (way === 'accept') accepted.push(prepared);
      response.statusCode = way === 'fail' ? 500 : way === 'accept' ? 202 : 200;
      response.end();
    })().catch(() => {
      // A service that is killed in the middle of a delivery leaves half a request.
      response.destroy();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/retries`,
    delivered: () => new Map(deliveries),
    takeAccepted: () => accepted.splice(random.whole(0, Math.max(0, accepted.length - 1)), 1)[0],
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close').catch(() => undefined);
    },
  };
}
