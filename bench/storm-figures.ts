import type { CreatePath } from '../src/gateway/create-path.ts';
import type { Cpu } from './block.ts';
import type { Engagement } from './engagement.ts';
import type { Lateness } from './lateness.ts';
import type { Latency } from './latency.ts';

/** One storm as it went. */
export interface Storm {
  readonly path: CreatePath;
  readonly isTemporalUp: boolean;
  readonly callers: number;
  readonly perSecond: number;
  readonly latency: Latency;
  /** Milliseconds per create, all that was done meanwhile included. */
  readonly cpu: Cpu;
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

/** What a storm is called. */
export const nameStorm = (path: CreatePath, isTemporalUp: boolean, callers: number): string =>
  `${path}, Temporal ${isTemporalUp ? 'up' : 'stopped'}, ${callers} ${callers === 1 ? 'caller' : 'callers'}`;

/** What the look at the starts after the storms is called. */
export const nameDrain = (path: CreatePath): string => `${path}, starts afterwards`;
