import type { CreatePath } from '../src/gateway/create-path.ts';
import type { Engagement } from './engagement.ts';

/** One storm as it went. */
export interface Storm {
  readonly path: CreatePath;
  readonly isTemporalUp: boolean;
  readonly callers: number;
  readonly perSecond: number;
  /** Milliseconds. */
  readonly latency: { readonly p50: number; readonly p99: number; readonly max: number };
  /** Milliseconds: p99 of what else was asked meanwhile, in open loops; null: no commands without Temporal. */
  readonly others: { readonly page: number; readonly command: number | null; readonly create: number };
  /** What of that was answered with another status than 200. */
  readonly refused: readonly string[];
  /** What the same callers got out of the bare door and of pgbench beside it, per second. */
  readonly door: number;
  readonly pgbench: number;
  /** Records that fell due meanwhile. */
  readonly dueIds: readonly string[];
}

/** How the records of the storms got their workflows, for as long as they were watched. */
export interface Drain extends Engagement {
  readonly path: CreatePath;
  /** Of the records that fell due in storms: with Temporal, and without it, which none can be prepared without. */
  readonly lateness: { readonly up: Lateness | null; readonly stopped: Lateness | null };
}

/** Seconds from the deadline to the stored prepare, and how many are still to be prepared. */
export interface Lateness {
  readonly p50: number;
  readonly p99: number;
  readonly missing: number;
}

/** What a storm is called. */
export const nameStorm = (path: CreatePath, isTemporalUp: boolean, callers: number): string =>
  `${path}, Temporal ${isTemporalUp ? 'up' : 'stopped'}, ${callers} ${callers === 1 ? 'caller' : 'callers'}`;

/** What the look at the starts after the storms is called. */
export const nameDrain = (path: CreatePath): string => `${path}, starts afterwards`;
