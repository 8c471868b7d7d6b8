import type { Backlog } from './backlog.ts';
import type { Engagement } from './engagement.ts';
import { formatLateness } from './lateness.ts';
import { formatLatency } from './latency.ts';
import type { Drain, Storm } from './storm-figures.ts';

const ms = (value: number | null): string => (value === null ? '–' : value.toFixed(0));

const cpuOf = (value: number | null): string => value?.toFixed(2) ?? '–';

/** A storm in a line. */
export function formatStorm(storm: Storm): string {
  const { path, isTemporalUp, callers, perSecond, latency, cpu, others, door, pgbench } = storm;
  return [
    `${path.padEnd(8)} Temporal ${isTemporalUp ? 'up     ' : 'stopped'} ${String(callers).padStart(2)} callers`,
    `${perSecond.toFixed(0).padStart(5)}/s  ${formatLatency(latency)}`,
    `CPU: service ${cpuOf(cpu.service)}  Temporal ${cpuOf(cpu.temporal)}  Postgres ${cpuOf(cpu.postgres)} ms`,
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
export const formatBacklog = ({ others, lateness, ...engagement }: Backlog): string =>
  `backlog: ${formatEngagement(engagement)}   pages ${ms(others.page)}  commands ${ms(others.command)}; ` +
  `prepared late, of its records that fell due meanwhile: ${formatLateness(lateness)}`;

function formatEngagement({ records, left, seconds }: Engagement): string {
  const rate = ((records - left) / seconds).toFixed(0);
  const end = left === 0 ? '' : `, ${left} are left`;
  return `${records} records, ${records - left} got their workflows within ${seconds.toFixed(0)} s (${rate}/s)${end}`;
}
