import type { Backlog } from './backlog.ts';
import type { Engagement } from './engagement.ts';
import type { Drain, Lateness, Storm } from './storm-figures.ts';

const ms = (value: number | null): string => (value === null ? '–' : value.toFixed(0));

/** A storm in a line. */
export function formatStorm({ path, isTemporalUp, callers, perSecond, latency, others, door, pgbench }: Storm): string {
  return [
    `${path.padEnd(8)} Temporal ${isTemporalUp ? 'up     ' : 'stopped'} ${String(callers).padStart(2)} callers`,
    `${perSecond.toFixed(0).padStart(5)}/s  p50 ${ms(latency.p50)}  p99 ${ms(latency.p99)}  max ${ms(latency.max)}`,
    `pages ${ms(others.page)}  commands ${ms(others.command)}  creates ${ms(others.create)}`,
    `${(perSecond / door).toFixed(2)} of the bare door (${door.toFixed(0)}/s)`,
    `${(perSecond / pgbench).toFixed(2)} of pgbench (${pgbench.toFixed(0)}/s)`,
  ].join('   ');
}

/** What came after the storms, in a line. */
export function formatDrain({ path, lateness, ...engagement }: Drain): string {
  return [
    `${path}: ${formatEngagement(engagement)}`,
    `prepared late, of those that fell due in storms with Temporal: ${formatLateness(lateness.up)}`,
    `while it was stopped: ${formatLateness(lateness.stopped)}`,
  ].join('; ');
}

/** A backlog in a line. */
export const formatBacklog = ({ others, ...engagement }: Backlog): string =>
  `backlog: ${formatEngagement(engagement)}   pages ${ms(others.page)}  commands ${ms(others.command)}`;

function formatEngagement({ records, left, seconds }: Engagement): string {
  const rate = ((records - left) / seconds).toFixed(0);
  const end = left === 0 ? '' : `, ${left} are left`;
  return `${records} records, ${records - left} got their workflows within ${seconds.toFixed(0)} s (${rate}/s)${end}`;
}

const formatLateness = (lateness: Lateness | null): string =>
  lateness === null
    ? 'none'
    : `p50 ${lateness.p50.toFixed(2)} s, p99 ${lateness.p99.toFixed(2)} s` +
      (lateness.missing === 0 ? '' : `, ${lateness.missing} are not prepared yet`);
