import { setTimeout as sleep } from 'node:timers/promises';
import type { CreatePath } from '../src/gateway/create-path.ts';
import type { Benchmark, Report } from './benchmark.ts';
import type { Documents } from './create-statement.ts';
import { readDocuments } from './documents.ts';
import { type LoadGenerator, withLoadGenerator } from './load-generator.ts';
import { CREATES, runPgbench } from './pgbench.ts';
import { type Probed, startProbe } from './probe.ts';
import { countUnengaged } from './same-work.ts';
import { type Servers, queryOnce } from './servers.ts';
import { type Door, type Side, startDoor, startProduct, withSide } from './sides.ts';
import type { Drain, Lateness, Storm } from './storm-figures.ts';
import { formatDrain, formatStorm } from './storm-report.ts';
import { percentile } from './statistics.ts';

/** Seconds of each storm, and seconds for which the starts afterwards are watched at most. */
const FULL = { seconds: 60, drain: 900, paths: ['auto', 'store', 'workflow'] as const };
const QUICK = { seconds: 10, drain: 45, paths: ['auto'] as const };
const CALLERS = [1, 16, 64];
/** Callers of the storm that bars are for. */
const MANY = 64;
const WARM_UP = { seconds: 3 };
const PARKED = 24 * 3_600_000;
const LOOK_INTERVAL = 1_000;

/** Of the throughput of the bare door and of pgbench; milliseconds of 99 in 100 creates, and of pages and commands meanwhile. */
const BARS = { door: 0.6, pgbench: 0.2, p99: 100, others: 500 };

type Plan = typeof FULL | typeof QUICK;

interface Arena {
  readonly servers: Servers;
  readonly load: LoadGenerator;
  readonly plan: Plan;
  readonly documents: Documents;
  readonly door: Door;
}

export const storm: Benchmark = {
  about: 'creates as fast as they come, with and without Temporal, beside a bare Express door and pgbench',
  async run(servers, { quick }) {
    const plan = quick ? QUICK : FULL;
    return await withLoadGenerator(async (load) => {
      const storms: Storm[] = [];
      const drains: Drain[] = [];
      for (const path of plan.paths) {
        await withSide(
          servers,
          (on) => startProduct(on, { CREATE_PATH: path }, `product_${path}`),
          async (product) => {
            await load.run({ url: product.url, callers: 1, until: { commands: 1 }, command: parked() });
            const documents = await readDocuments(product.databaseUrl);
            await withSide(
              servers,
              (on) => startDoor(on, documents),
              async (door) => {
                const arena = { servers, load, plan, documents, door };
                const own = await runStorms(arena, product, path);
                storms.push(...own);
                drains.push(await watchDrain(arena, product, path, own));
              },
            );
          },
        );
      }
      return report(plan, storms, drains);
    });
  },
};

const parked = () => ({ name: 'create', due: { first: Date.now() + PARKED, interval: 0 } }) as const;

async function runStorms(arena: Arena, product: Side, path: CreatePath): Promise<Storm[]> {
  const { servers, load, door } = arena;
  const { temporal } = servers;
  const storms: Storm[] = [];
  for (const { url } of [product, door]) await load.run({ url, callers: MANY, until: WARM_UP, command: parked() });
  // The largest one first: what the others leave behind for the starter would be in its way.
  const all = CALLERS.toReversed();
  for (const callers of all) storms.push(await runStorm(arena, product, path, callers, true));
  if (temporal === null) return storms;
  await temporal.stop();
  try {
    for (const callers of all) storms.push(await runStorm(arena, product, path, callers, false));
  } finally {
    await temporal.start();
  }
  return storms;
}

async function runStorm(
  { servers, load, plan, documents, door }: Arena,
  product: Side,
  path: CreatePath,
  callers: number,
  isTemporalUp: boolean,
): Promise<Storm> {
  servers.stopping.throwIfAborted();
  const { seconds } = plan;
  const job = { callers, until: { seconds } };
  const beside = await load.run({ ...job, url: door.url, command: parked() });
  const probe = startProbe(product.url, isTemporalUp ? await findEngaged(product) : []);
  const own = await load.run({ ...job, url: product.url, command: parked() });
  const probed = await probe.stop();
  const bare = await runPgbench(servers, door.databaseUrl, documents, CREATES, { callers, seconds });
  const storm: Storm = {
    path,
    isTemporalUp,
    callers,
    perSecond: own.commands / own.seconds,
    latency: {
      p50: percentile(own.latencies, 0.5),
      p99: percentile(own.latencies, 0.99),
      max: own.latencies.at(-1) ?? Number.NaN,
    },
    others: othersOf(probed),
    door: beside.commands / beside.seconds,
    pgbench: bare.perSecond,
    dueIds: probed.dueIds,
  };
  servers.say(formatStorm(storm));
  return storm;
}

const othersOf = ({ pages, commands }: Probed): Storm['others'] => ({
  page: percentile(pages, 0.99),
  command: commands.length === 0 ? null : percentile(commands, 0.99),
});

/** Records that commands can be sent to: so many that each is replayed first, as one that has been parked for a while. */
async function findEngaged({ databaseUrl }: Side): Promise<string[]> {
  const rows = await queryOnce<{ id: string }>(
    databaseUrl,
    'select aggregate_id as id from redress.snapshot where open and engaged > 0 order by aggregate_id limit 300',
  );
  return rows.map(({ id }) => id);
}

const DUE_MEANWHILE = `select extract(epoch from min(retry.recorded_at))::float8
  - (created.document #>> '{body,0,body,retryState,nextRetryAt}')::float8 / 1000 as late
from redress.event_stream created
left join redress.event_stream retry on retry.aggregate_id = created.aggregate_id and retry.version = 2
where created.version = 1 and created.aggregate_id = any($1)
group by created.aggregate_id, created.document order by late`;

async function watchDrain(
  { servers, plan }: Arena,
  product: Side,
  path: CreatePath,
  storms: readonly Storm[],
): Promise<Drain> {
  const records = await countUnengaged(product);
  servers.say(`${records} records wait for their workflows …`);
  const startedAt = performance.now();
  const seconds = (): number => (performance.now() - startedAt) / 1_000;
  let left = records;
  while (left > 0 && seconds() < plan.drain) {
    await sleep(LOOK_INTERVAL, undefined, { signal: servers.stopping });
    left = await countUnengaged(product);
  }
  const took = seconds();
  const lateness = (isTemporalUp: boolean): Promise<Lateness | null> =>
    readLateness(
      product,
      storms.flatMap((storm) => (storm.isTemporalUp === isTemporalUp ? storm.dueIds : [])),
    );
  return {
    path,
    records,
    left,
    seconds: took,
    lateness: { up: await lateness(true), stopped: await lateness(false) },
  };
}

async function readLateness({ databaseUrl }: Side, ids: readonly string[]): Promise<Lateness | null> {
  const rows = await queryOnce<{ late: number | null }>(databaseUrl, DUE_MEANWHILE, [ids]);
  const lates = rows.flatMap(({ late }) => late ?? []);
  if (lates.length === 0) return null;
  return { p50: percentile(lates, 0.5), p99: percentile(lates, 0.99), missing: rows.length - lates.length };
}

function report(plan: Plan, storms: readonly Storm[], drains: readonly Drain[]): Report {
  const text = [
    `Storms of ${plan.seconds} s; milliseconds; pages and commands: p99 of what else was asked meanwhile`,
    ...storms.map(formatStorm),
    ...drains.map(formatDrain),
  ].join('\n');
  return { text, data: { plan, storms, drains }, failures: storms.flatMap(judge) };
}

function judge(storm: Storm): string[] {
  const { path, isTemporalUp, callers, perSecond, latency, others } = storm;
  const where = `${path} at ${callers} callers, Temporal ${isTemporalUp ? 'up' : 'stopped'}`;
  const failures: string[] = [];
  const atLeast = (name: string, rate: number, share: number): void => {
    if (perSecond >= rate * share) return;
    failures.push(`${where}: ${(perSecond / rate).toFixed(2)} of ${name}; at least ${share} is wanted.`);
  };
  const atMost = (name: string, value: number | null, limit: number): void => {
    if (value !== null && value > limit)
      failures.push(`${where}: p99 of ${name} ${value.toFixed(0)} ms; at most ${limit}.`);
  };
  if (path === 'auto' && callers === MANY) {
    atLeast('the bare door', storm.door, BARS.door);
    atLeast('pgbench', storm.pgbench, BARS.pgbench);
    atMost('creates', latency.p99, BARS.p99);
  }
  atMost('pages', others.page, BARS.others);
  atMost('commands', others.command, BARS.others);
  return failures;
}
