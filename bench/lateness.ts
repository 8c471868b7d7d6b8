import { setTimeout as sleep } from 'node:timers/promises';
import type { Benchmark, Report } from './benchmark.ts';
import { readCpu } from './block.ts';
import { type LoadGenerator, withLoadGenerator } from './load-generator.ts';
import { type Memory, memoryOf } from './process-tree.ts';
import { type Servers, queryOnce } from './servers.ts';
import { type Side, startProduct, withSide } from './sides.ts';
import { ascending, percentile } from './statistics.ts';

/** Executions that are parked while the retries fall due, retries, milliseconds between two of them, executions in the end. */
const FULL = { parked: 5_000, retries: 500, interval: 100, open: 10_000 };
const QUICK = { parked: 1_000, retries: 100, interval: 100, open: 2_000 };
/** Of the parked ones so many are created last, so that no due one is left in the worker's cache of 250. */
const LAST = 500;
const CALLERS = 16;
/** Milliseconds until a parked execution is due: long after the run. */
const PARKED = 24 * 3_600_000;
/** The creates that are left before the first retry get twice the time that they should take, and so many milliseconds more. */
const MARGIN = 5_000;
/** Milliseconds after the last deadline until a retry counts as lost. */
const LOST_AFTER = 60_000;
const LOOK_INTERVAL = 500;

/** Milliseconds. */
const P99_BAR = 500;
const MIB = 2 ** 20;
const MEMORY_BAR = 512 * MIB;

const RETRIES = `select extract(epoch from retry.recorded_at)::float8 * 1000 - (created.document #>> '{body,0,body,retryState,nextRetryAt}')::float8 as late
from redress.event_stream retry join redress.event_stream created using (aggregate_id)
where retry.version = 2 and retry.request_id like 'redress:retry:%' and created.version = 1`;

type Plan = typeof FULL;

export const lateness: Benchmark = {
  about: 'retries that fall due one by one while thousands are parked: how late they are, and the memory it takes',
  async run(servers, { quick }) {
    return await withLoadGenerator((load) =>
      withSide(servers, startProduct, (product) => measure(servers, load, product, quick ? QUICK : FULL, quick)),
    );
  },
};

async function measure(
  servers: Servers,
  load: LoadGenerator,
  product: Side,
  plan: Plan,
  quick: boolean,
): Promise<Report> {
  const { say } = servers;
  const create = (count: number, first: number, interval = 0) =>
    load.run({
      url: product.url,
      callers: CALLERS,
      until: { commands: count },
      command: { name: 'create', due: { first, interval } },
    });

  say(`Parking ${plan.parked} executions …`);
  const parking = await create(plan.parked - LAST, Date.now() + PARKED);
  const perCreate = (parking.seconds * 1_000) / parking.sent;
  const first = Date.now() + 2 * perCreate * (plan.retries + LAST) + MARGIN;
  await create(plan.retries, first, plan.interval);
  await create(LAST, Date.now() + PARKED);
  if (Date.now() > first) throw new Error('The machine became too slow to arm all retries in time. Run it again.');
  await sleep(first - Date.now(), undefined, { signal: servers.stopping });
  if ((await countUnarmed(product)) > 0) {
    throw new Error('The machine is too busy: not all retries were armed before the first one was due. Run it again.');
  }

  const before = readCpu(servers, product);
  const lates = await untilRetried(servers, product, plan, first);
  const after = readCpu(servers, product);
  const parked = memoryOf(product.pid);

  say(`Parking ${plan.open - plan.parked - plan.retries} more …`);
  await create(plan.open - plan.parked - plan.retries, Date.now() + PARKED);
  const open = memoryOf(product.pid);
  const [row] = await queryOnce<{ open: number }>(
    product.databaseUrl,
    'select count(*)::int as open from redress.snapshot where open',
  );

  const late = {
    p50: percentile(lates, 0.5),
    p95: percentile(lates, 0.95),
    p99: percentile(lates, 0.99),
    max: lates.at(-1) ?? Number.NaN,
  };
  const perRetry = (from: number | null, to: number | null): number | null =>
    from === null || to === null ? null : (to - from) / lates.length;
  const cpu = {
    service: perRetry(before.service, after.service),
    temporal: perRetry(before.temporal, after.temporal),
    postgres: perRetry(before.postgres, after.postgres),
  };
  const text = [
    `${lates.length} of ${plan.retries} retries, one every ${plan.interval} ms, beside ${plan.parked} parked executions`,
    `  lateness  p50 ${late.p50.toFixed(0)}  p95 ${late.p95.toFixed(0)}  p99 ${late.p99.toFixed(0)}  max ${late.max.toFixed(0)} ms`,
    `  CPU per retry  service ${ms(cpu.service)}  Temporal ${ms(cpu.temporal)}  Postgres ${ms(cpu.postgres)} ms`,
    `  creates before them  ${(1_000 / perCreate).toFixed(0)}/s with ${CALLERS} callers`,
    `  memory of the service  ${mib(parked)} with ${plan.parked + plan.retries} open executions, ${mib(open)} with ${row?.open ?? 0}`,
  ].join('\n');
  const data = { plan, lateness: late, cpu, memory: { parked, open }, openExecutions: row?.open, lates };
  return { text, data, failures: quick ? [] : judge(plan, lates, late.p99, open) };
}

/** Records whose workflow is not known to run: Temporal did not answer their create within a second. */
async function countUnarmed({ databaseUrl }: Side): Promise<number> {
  const [row] = await queryOnce<{ count: number }>(
    databaseUrl,
    'select count(*)::int as count from redress.snapshot where open and engaged = 0',
  );
  return row?.count ?? 0;
}

/** Waits for the retries; milliseconds from the deadline to the stored prepare, ascending. */
async function untilRetried(
  { stopping, say }: Servers,
  product: Side,
  plan: Plan,
  first: number,
): Promise<readonly number[]> {
  const last = first + plan.retries * plan.interval;
  say(`${plan.retries} retries fall due within ${Math.round((last - Date.now()) / 1_000)} s …`);
  await sleep(last - Date.now(), undefined, { signal: stopping });
  for (;;) {
    const rows = await queryOnce<{ late: number }>(product.databaseUrl, RETRIES);
    if (rows.length >= plan.retries || Date.now() > last + LOST_AFTER) return ascending(rows.map(({ late }) => late));
    await sleep(LOOK_INTERVAL, undefined, { signal: stopping });
  }
}

function judge({ retries }: Plan, lates: readonly number[], p99: number, open: Memory | null): string[] {
  return [
    ...(lates.length === retries ? [] : [`${retries - lates.length} retries were not prepared within a minute.`]),
    ...(p99 <= P99_BAR ? [] : [`p99 of the lateness is ${p99.toFixed(0)} ms; at most ${P99_BAR} ms are allowed.`]),
    ...(open === null || open.resident < MEMORY_BAR
      ? []
      : [`The service takes ${mib(open)}; less than 512 MiB is allowed.`]),
  ];
}

const ms = (value: number | null): string => value?.toFixed(1) ?? '–';

const mib = (memory: Memory | null): string =>
  memory === null ? '–' : `${(memory.resident / MIB).toFixed(0)} MiB (peak ${(memory.peak / MIB).toFixed(0)})`;
