import type { Logger } from 'pino';
import type { RetrySpec } from '../domain/index.ts';
import type { Feed } from '../feed/index.ts';
import type { Gateway } from '../gateway/index.ts';
import type { Pools } from '../store/index.ts';
import type { HealthChecks } from './health.ts';
import type { Queries } from './queries.ts';
import type { IdGenerators } from './id-generators.ts';
import type { Reads } from './reads.ts';
import type { TargetReport } from './target-report.ts';

/** What the doors need of the rest of the house. */
export interface HttpDeps {
  readonly gateway: Gateway;
  readonly reads: Reads;
  readonly pools: Pick<Pools, 'commands' | 'queries'>;
  readonly queries: Queries;
  readonly feed: Feed;
  readonly health: HealthChecks;
  readonly metrics: Metrics;
  readonly targets: () => TargetReport;
  readonly idGenerators: IdGenerators;
  readonly log: Logger;
  /** For failures that bring no retry spec of their own. */
  readonly retryDefaults: RetrySpec;
}

/** Where the numbers of this process come from, in the format of Prometheus. */
export interface Metrics {
  readonly contentType: string;
  render(): Promise<string>;
  /** Counts a request that is over. */
  served(request: Served): void;
}

/** What is counted of a request. Each of the three has few values, whatever callers send. */
export interface Served {
  readonly method: string;
  /** The template of the route that took it, or a name for those that have none. */
  readonly route: string;
  /** Of the answer; `closed`: the connection was closed before there was one; `broken`: it broke off by a failure of ours. */
  readonly status: number | 'closed' | 'broken';
}
