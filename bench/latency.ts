import { ascending, percentile } from './statistics.ts';

/** Milliseconds. */
export interface Latency {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

/** A series of latencies in short; all are NaN where there are none. */
export function latencyOf(milliseconds: readonly number[]): Latency {
  const sorted = ascending(milliseconds);
  return {
    p50: percentile(sorted, 0.5),
    p95: percentile(sorted, 0.95),
    p99: percentile(sorted, 0.99),
    max: sorted.at(-1) ?? Number.NaN,
  };
}

/** For a terminal. */
export function formatLatency(latency: Latency): string {
  const parts = Object.entries(latency).map(([name, value]: [string, number]) => `${name}${formatMs(value)}`);
  return `${parts.join('  ')} ms`;
}

const formatMs = (value: number): string => (value < 100 ? value.toFixed(1) : value.toFixed(0)).padStart(7);
