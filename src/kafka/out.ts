import type { Logger } from 'pino';
import type { FunctionInfo } from '../domain/index.ts';
import { type Feed, runSubscriber } from '../feed/index.ts';
import { type Pools, subscribeFromNow } from '../store/index.ts';
import { type PublisherDeps, createPublisher } from './publisher.ts';
import { createTranslator } from './translator.ts';

export interface OutDeps {
  readonly cluster: PublisherDeps['cluster'];
  readonly pools: Pools;
  readonly feed: Feed;
  /** Whether who reads the topics is told of prepared retries of a function. */
  readonly publishesPrepared: (f: FunctionInfo) => boolean;
  readonly onPublished: PublisherDeps['onPublished'];
  readonly log: Logger;
}

/** The way from the feed to Kafka. */
export interface Out {
  /** Why nothing was published the last time; null: it was, or another process does. */
  problem(): string | null;
  stop(): Promise<void>;
}

/**
 * Publishes everything that happens from now on, and after a restart what happened meanwhile. What is older than the first
 * start with Kafka is not published: its prepared retries would be executed once more.
 * @throws StoreUnavailable
 */
export async function runOut({ cluster, pools, feed, log, ...deps }: OutDeps): Promise<Out> {
  const translator = createTranslator({ pool: pools.queries, log, publishesPrepared: deps.publishesPrepared });
  const publisher = createPublisher({ cluster, translator, pool: pools.commands, log, onPublished: deps.onPublished });
  await subscribeFromNow(pools.commands, publisher.subscriber.name);
  const running = runSubscriber({ pools, feed, subscriber: publisher.subscriber, log });
  return {
    problem: () => publisher.problem(),
    async stop() {
      await Promise.all([running.stop(), publisher.close()]);
    },
  };
}
