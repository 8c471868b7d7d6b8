import type { CreatePath } from '../src/gateway/create-path.ts';
import { type Backlog, drainBacklog } from './backlog.ts';
import type { Benchmark, Options, Report } from './benchmark.ts';
import { cpuPer, readCpu } from './block.ts';
import type { Documents } from './create-statement.ts';
import { readDocuments } from './documents.ts';
import { parkEngaged, parked, untilEngaged } from './engagement.ts';
import { type Lateness, readLateness } from './lateness.ts';
import { latencyOf } from './latency.ts';
import { type LoadGenerator, withLoadGenerator } from './load-generator.ts';
import { CREATES, runPgbench } from './pgbench.ts';
import { type Probed, startProbe } from './probe.ts';
import type { Servers } from './servers.ts';
import { type Door, type Side, startDoor, startProduct, withSide } from './sides.ts';
import { percentile } from './statistics.ts';
import { whileStill } from './stillness.ts';
import { type Drain, type Storm, nameDrain, nameStorm } from './storm-figures.ts';
import { formatBacklog, formatDrain, formatStorm } from './storm-report.ts';

/**
 * Seconds of each storm, and those for which the starts afterwards are watched at most; the backlog that is waited for to its
 * end, and the seconds after which that has failed.
 */
const FULL = {
  seconds: 60,
  drain: 300,
  paths: ['auto', 'store', 'workflow'] as const,
  backlog: { records: 20_000, patience: 3_600 },
};
const QUICK = { seconds: 10, drain: 45, paths: ['auto'] as const, backlog: { records: 1_500, patience: 300 } };
/** The largest storm first: what the others leave behind for the starter would be in its way. */
const CALLERS = [64, 16, 1];
/** Callers of the storm that bars are for. */
const MANY = 64;
const WARM_UP = { seconds: 3 };
const BACKLOG = 'backlog';

/** Of the throughput of the bare door and of pgbench; milliseconds of 99 in 100 creates, and of pages and commands meanwhile. */
const BARS = { door: 0.6, pgbench: 0.2, p99: 100, others: 500 };

type Plan = typeof FULL | typeof QUICK;

interface Arena {
  readonly servers: Servers;
  readonly load: LoadGenerator;
  readonly plan: Plan;
  readonly isChosen: Options['isChosen'];
  readonly product: Side;
  readonly path: CreatePath;
  readonly documents: Documents;
  readonly door: Door;
  /** Records of the product that commands can be sent to. */
  readonly engaged: readonly string[];
}

export const storm: Benchmark = {
  about: 'creates as fast as they come, with and without Temporal, beside a bare Express door and pgbench',
  figures: ({ quick }) => [...planOf(quick).paths.flatMap(namesOf), BACKLOG],
  async run(servers, { quick, isChosen }) {
    const plan = planOf(quick);
    return await withLoadGenerator(async (load) => {
      const storms: Storm[] = [];
      const drains: Drain[] = [];
      for (const path of plan.paths.filter((each) => namesOf(each).some(isChosen))) {
        await withSide(
          servers,
          (on) => startProduct(on, { CREATE_PATH: path }, `product_${path}`),
          async (product) => {
            const engaged = await parkEngaged(servers, load, product);
            const documents = await readDocuments(product.databaseUrl);
            await withSide(
              servers,
              (on) => startDoor(on, documents),
              async (door) => {
                const arena = { servers, load, plan, isChosen, product, path, documents, door, engaged };
                const own = await runStorms(arena);
                storms.push(...own);
                if (isChosen(nameDrain(path))) drains.push(await watchDrain(arena, own));
              },
            );
          },
        );
      }
      const backlog = isChosen(BACKLOG) ? await drainBacklog(servers, load, plan.backlog) : null;
      return report(plan, storms, drains, backlog);
    });
  },
};

const planOf = (quick: boolean): Plan => (quick ? QUICK : FULL);

const namesOf = (path: CreatePath): string[] => [
  ...[true, false].flatMap((isTemporalUp) => CALLERS.map((callers) => nameStorm(path, isTemporalUp, callers))),
  nameDrain(path),
];

async function runStorms(arena: Arena): Promise<Storm[]> {
  const { load, product, door, path, isChosen } = arena;
  const { temporal } = arena.servers;
  const storms: Storm[] = [];
  for (const { url } of [product, door]) await load.run({ url, callers: MANY, until: WARM_UP, command: parked() });
  const chosen = (isTemporalUp: boolean) =>
    CALLERS.filter((callers) => isChosen(nameStorm(path, isTemporalUp, callers)));
  for (const callers of chosen(true)) storms.push(await runStorm(arena, callers, true));
  if (temporal === null || chosen(false).length === 0) return storms;
  await temporal.stop();
  try {
    for (const callers of chosen(false)) storms.push(await runStorm(arena, callers, false));
  } finally {
    await temporal.start();
  }
  return storms;
}

async function runStorm(arena: Arena, callers: number, isTemporalUp: boolean): Promise<Storm> {
  const { servers, load, plan, product, path, documents, door, engaged } = arena;
  servers.stopping.throwIfAborted();
  const { seconds } = plan;
  const job = { callers, until: { seconds } };
  // What the product has still to do for earlier storms would slow the baselines down.
  const beside = await whileStill(product, () => load.run({ ...job, url: door.url, command: parked() }));
  const probe = startProbe(product.url, isTemporalUp ? engaged : [], true);
  const spent = readCpu(servers, product);
  const own = await load.run({ ...job, url: product.url, command: parked() });
  const cpu = cpuPer(own.commands, spent, readCpu(servers, product));
  const probed = await probe.stop();
  const bare = await whileStill(product, () =>
    runPgbench(servers, door.databaseUrl, documents, CREATES, { callers, seconds }),
  );
  const storm: Storm = {
    path,
    isTemporalUp,
    callers,
    perSecond: own.commands / own.seconds,
    latency: latencyOf(own.latencies),
    cpu,
    others: othersOf(probed),
    refused: probed.refused,
    door: beside.commands / beside.seconds,
    pgbench: bare.perSecond,
    dueIds: probed.dueIds,
  };
  servers.say(formatStorm(storm));
  return storm;
}

const othersOf = ({ pages, commands, creates }: Probed): Storm['others'] => ({
  page: percentile(pages, 0.99),
  command: commands.length === 0 ? null : percentile(commands, 0.99),
  create: percentile(creates, 0.99),
});

async function watchDrain({ servers, plan, product, path }: Arena, storms: readonly Storm[]): Promise<Drain> {
  servers.say(`Watching the starts for ${plan.drain} s at most …`);
  const engagement = await untilEngaged(servers, product, plan.drain);
  const lateness = (isTemporalUp: boolean): Promise<Lateness | null> =>
    readLateness(
      product,
      storms.flatMap((storm) => (storm.isTemporalUp === isTemporalUp ? storm.dueIds : [])),
    );
  return { path, ...engagement, lateness: { up: await lateness(true), stopped: await lateness(false) } };
}

function report(plan: Plan, storms: readonly Storm[], drains: readonly Drain[], backlog: Backlog | null): Report {
  const text = [
    `Storms of ${plan.seconds} s; milliseconds; pages, commands and creates: p99 of what else was asked meanwhile`,
    ...storms.map(formatStorm),
    ...drains.map(formatDrain),
    ...(backlog === null ? [] : [formatBacklog(backlog)]),
  ].join('\n');
  const failures = [...storms.flatMap(judge), ...(backlog === null ? [] : judgeBacklog(backlog))];
  return { text, data: { plan, storms, drains, backlog }, failures };
}

function judge(storm: Storm): string[] {
  const { path, isTemporalUp, callers, perSecond, latency } = storm;
  const where = nameStorm(path, isTemporalUp, callers);
  const failures: string[] = [];
  const atLeast = (name: string, rate: number, share: number): void => {
    if (perSecond >= rate * share) return;
    failures.push(`${where}: ${(perSecond / rate).toFixed(2)} of ${name}; at least ${share} is wanted.`);
  };
  if (path === 'auto' && callers === MANY) {
    atLeast('the bare door', storm.door, BARS.door);
    atLeast('pgbench', storm.pgbench, BARS.pgbench);
    failures.push(
      ...atMost(where, 'creates', latency.p99, BARS.p99),
      ...atMost(where, 'creates in an open loop beside them', storm.others.create, BARS.p99),
    );
  }
  // Where every create goes through its workflow, commands wait behind them in Temporal as they wait for each other.
  const command = path === 'workflow' ? null : storm.others.command;
  return [...failures, ...judgeOthers(where, storm, command)];
}

const judgeOthers = (
  where: string,
  { others: { page }, refused }: Storm | Backlog,
  command: number | null,
): string[] => [
  ...(refused.length === 0
    ? []
    : [`${where}: not answered with 200: ${refused.length}, the first one ${refused[0] ?? ''}.`]),
  ...atMost(where, 'pages', page, BARS.others),
  ...(command === null ? [] : atMost(where, 'commands', command, BARS.others)),
];

const atMost = (where: string, name: string, p99: number, limit: number): string[] =>
  p99 <= limit ? [] : [`${where}: p99 of ${name} ${p99.toFixed(0)} ms; at most ${limit}.`];

function judgeBacklog(backlog: Backlog): string[] {
  const { left, seconds, lateness } = backlog;
  return [
    ...(left === 0 ? [] : [`${BACKLOG}: ${left} records have no workflow after ${seconds.toFixed(0)} s.`]),
    ...(lateness?.missing === 0
      ? []
      : [`${BACKLOG}: ${lateness?.missing ?? 'all'} records that fell due were not prepared.`]),
    ...judgeOthers(BACKLOG, backlog, backlog.others.command),
  ];
}
