import { type Arrivals, withArrivals } from './arrivals.ts';
import { arm } from './arming.ts';
import type { Benchmark } from './benchmark.ts';
import { readDocuments } from './documents.ts';
import { PREPARED, compareDrains } from './drains.ts';
import { type Arming, type Reached, createArming, drain, readReached } from './due.ts';
import { createFigure, formatSides } from './figure.ts';
import { type Latency, formatLatency, latencyOf } from './latency.ts';
import { withLoadGenerator } from './load-generator.ts';
import { type Memory, memoryOf, mib } from './process-tree.ts';
import type { Servers } from './servers.ts';
import { type Side, startBare, startProduct, withSide } from './sides.ts';

/** Executions that are armed beside all that is measured, pairs of drains, records of each, seconds of what is due one by one. */
const FULL = { armed: 100_000, pairs: 10, atOnce: 300, seconds: 120 };
const USUAL = { armed: 20_000, pairs: 10, atOnce: 300, seconds: 30 };
const QUICK = { armed: 2_000, pairs: 2, atOnce: 150, seconds: 10 };
/** Of the rate at which retries go out that are due at once. */
const HALF = 0.5;
/** The version of a record that its target has executed. */
const EXECUTED = 3;

const RATIO_BAR = 0.9;
/** Milliseconds. */
const P50_BAR = 250;
const P99_BAR = 1_500;

type Plan = typeof FULL;

interface Arena {
  readonly servers: Servers;
  readonly arming: Arming;
  readonly plan: Plan;
}

/** Retries that fell due one by one. */
interface OneByOne {
  readonly perSecond: number;
  readonly retries: number;
  readonly missing: number;
  /** From the time when it was to be prepared to the stored prepare. */
  readonly prepared: Latency;
  /** To the request at the target; null where they are not pushed. */
  readonly arrived: Latency | null;
}

export const retries: Benchmark = {
  about: 'retries due at once, as a ratio to the bare baseline, and due one by one: how late they are',
  keeps: ({ quick }) => (quick ? null : 'retries'),
  async run(servers, options) {
    const plan = options.full ? FULL : options.quick ? QUICK : USUAL;
    return await withLoadGenerator(async (load) => {
      const arena = { servers, arming: createArming(servers, load), plan };
      const armed = await arm(servers, load, plan.armed);
      const { drains, prepared, memory } = await withSide(servers, startProduct, (product) => prepare(arena, product));
      const executed = await withArrivals(servers, (arrivals) =>
        withSide(
          servers,
          (where) => startProduct(where, { TARGETS_FILE: arrivals.file }),
          (product) => execute(arena, product, arrivals),
        ),
      );
      const text = format(plan, armed, drains, prepared, executed, memory);
      const data = { plan, armed, drains, prepared, executed, memory };
      return { text, data, failures: judge(drains, prepared, executed) };
    });
  },
};

/** Retries that nobody is pushed: their service reads them from the feed, and the record waits for its report. */
async function prepare(arena: Arena, product: Side) {
  const { servers, arming, plan } = arena;
  const documents = await readDocuments(product.databaseUrl);
  const { pairs, work } = await withSide(
    servers,
    (on) => startBare(on, documents),
    (bare) => compareDrains(servers, arming, [product, bare], plan),
  );
  const figure = createFigure('retries due at once', plan.atOnce, pairs);
  const missing = pairs.reduce((sum, pair) => sum + pair.product.missing, 0);
  return {
    drains: { figure, missing, lateness: latencyOf(pairs.flatMap((pair) => pair.product.latencies)), work },
    prepared: await oneByOne(arena, product, figure.product.perSecond * HALF, null),
    memory: memoryOf(product.pid),
  };
}

type Drains = Awaited<ReturnType<typeof prepare>>['drains'];

/** Retries that an HTTP target executes: whole ones at once, then one by one. */
async function execute(arena: Arena, product: Side, arrivals: Arrivals): Promise<OneByOne> {
  const { servers, arming, plan } = arena;
  const { perSecond } = await drain(servers, product, await arming.arm(product, plan.atOnce, 0), EXECUTED);
  servers.say(`${plan.atOnce} due at once, executed by an HTTP target: ${perSecond.toFixed(1)}/s`);
  return oneByOne(arena, product, perSecond * HALF, arrivals);
}

async function oneByOne(
  { servers, arming, plan }: Arena,
  product: Side,
  perSecond: number,
  arrivals: Arrivals | null,
): Promise<OneByOne> {
  const count = Math.ceil(plan.seconds * perSecond);
  servers.say(`${count} retries that fall due one by one, ${perSecond.toFixed(1)}/s …`);
  const series = await arming.arm(product, count, 1_000 / perSecond);
  const { missing } = await drain(servers, product, series, arrivals === null ? PREPARED : EXECUTED);
  const reached = await readReached(product, series, PREPARED);
  return {
    perSecond,
    retries: count,
    missing,
    prepared: latencyOf(reached.map(({ at, due }) => at - due)),
    arrived: arrivals && latencyOf(reached.flatMap((record) => lateArrival(record, arrivals))),
  };
}

function lateArrival({ id, due }: Reached, arrivals: Arrivals): number[] {
  const at = arrivals.of(id);
  return at === undefined ? [] : [at - due];
}

function format(
  plan: Plan,
  armed: number,
  drains: Drains,
  prepared: OneByOne,
  executed: OneByOne,
  memory: Memory | null,
): string {
  const { figure, lateness, work } = drains;
  const inAMinute = figure.product.perSecond * 60;
  return [
    `Beside ${armed} armed executions, ${plan.pairs} pairs of ${plan.atOnce} retries due at once; latency is lateness`,
    formatSides(figure),
    `  late     ${formatLatency(lateness)}; ${inAMinute.toFixed(0)} in 60 s. The original prepares at most 100 in 60 s:\n` +
      '           300 due at once had p50 116 s and max 177 s (measured on 8.10.10)',
    formatOneByOne('Prepared', prepared),
    ...(memory === null ? [] : [`The service takes ${mib(memory.resident)} then.`]),
    formatOneByOne('Executed by an HTTP target', executed),
    `One record at its first retry: ${work.product.historyBytes} bytes of history and ${work.product.documentBytes} of ` +
      `documents; bare ${work.bare.historyBytes} and ${work.bare.documentBytes}`,
  ].join('\n');
}

function formatOneByOne(what: string, { perSecond, retries: count, prepared, arrived }: OneByOne): string {
  return [
    `${what}, due one by one at ${perSecond.toFixed(1)}/s, half of the rate at once: ${count} retries`,
    `  prepared ${formatLatency(prepared)} late`,
    ...(arrived === null ? [] : [`  arrived  ${formatLatency(arrived)} late`]),
  ].join('\n');
}

function judge({ figure, missing }: Drains, prepared: OneByOne, executed: OneByOne): string[] {
  const lost = missing + prepared.missing + executed.missing;
  return [
    ...(lost === 0 ? [] : [`${lost} retries were not done within a minute.`]),
    ...(figure.ratio.median >= RATIO_BAR
      ? []
      : [`Retries due at once go out at ${figure.ratio.median.toFixed(3)} of the baseline; ${RATIO_BAR} is the bar.`]),
    ...judgeLateness('prepared', prepared.prepared),
    ...judgeLateness('prepared, for an HTTP target,', executed.prepared),
    ...(executed.arrived === null ? [] : judgeLateness('at their HTTP target', executed.arrived)),
  ];
}

function judgeLateness(what: string, { p50, p99 }: Latency): string[] {
  return [
    ...(p50 <= P50_BAR
      ? []
      : [`Half of the retries are ${what} ${p50.toFixed(0)} ms late or later; ${P50_BAR} is the bar.`]),
    ...(p99 <= P99_BAR
      ? []
      : [`One in a hundred is ${what} ${p99.toFixed(0)} ms late or later; ${P99_BAR} is the bar.`]),
  ];
}
