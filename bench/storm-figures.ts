import type { CreatePath } from '../src/gateway/create-path.ts';

/** One storm as it went. */
export interface Storm {
  readonly path: CreatePath;
  readonly isTemporalUp: boolean;
  readonly callers: number;
  readonly perSecond: number;
  /** Milliseconds. */
  readonly latency: { readonly p50: number; readonly p99: number; readonly max: number };
  /** Milliseconds: p99 of what else was asked meanwhile; null: no commands without Temporal. */
  readonly others: { readonly page: number; readonly command: number | null };
  /** What the same callers got out of the bare door and of pgbench beside it, per second. */
  readonly door: number;
  readonly pgbench: number;
  /** Records that fell due meanwhile. */
  readonly dueIds: readonly string[];
}

/** How the records of the storms got their workflows. */
export interface Drain {
  readonly path: CreatePath;
  /** Open records without a workflow, and seconds until there were none, or until nobody watched any more. */
  readonly records: number;
  readonly left: number;
  readonly seconds: number;
  /** Of the records that fell due in storms: with Temporal, and without it, which none can be prepared without. */
  readonly lateness: { readonly up: Lateness | null; readonly stopped: Lateness | null };
}

/** Seconds from the deadline to the stored prepare, and how many are still to be prepared. */
export interface Lateness {
  readonly p50: number;
  readonly p99: number;
  readonly missing: number;
}
