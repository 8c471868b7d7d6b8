import type { Benchmark } from './benchmark.ts';
import { type Cpu, cpuPer, readCpu } from './block.ts';
import { type Latency, formatLatency, latencyOf } from './latency.ts';
import { provideManySnapshots } from './many-snapshots.ts';
import { type Plan, explainPages } from './plans.ts';
import { type Answered, askAtRate, askFor } from './query-load.ts';
import { KINDS, type Kind } from './questions.ts';
import { type Servers, queryOnce } from './servers.ts';
import { type Side, startProduct, withSide } from './sides.ts';

/** Snapshots, those of them with events, and seconds of each figure. */
const FULL = { snapshots: 1_000_000, histories: 20_000, seconds: 30 };
const USUAL = { ...FULL, seconds: 10 };
const QUICK = { snapshots: 100_000, histories: 2_000, seconds: 3 };
const CALLERS = [1, 16];
/** Seconds before a figure, until its statements are compiled and its rows are in memory. */
const WARM_UP = 2;
/** Milliseconds for the p99 of a kind, by callers. */
const BARS: readonly {
  readonly kind: (typeof KINDS)[number]['name'];
  readonly callers: number;
  readonly p99: number;
}[] = [
  { kind: 'list page', callers: 1, p99: 20 },
  { kind: 'list page', callers: 16, p99: 100 },
  { kind: 'list page with its exact total', callers: 16, p99: 250 },
];
/** Of the rate that so many callers had: what the same questions come at that do not wait for each other. */
const HALF = 0.5;
/** Questions of a kind that are named because they are the slowest. */
const SLOWEST = 3;

/** A kind of question at a number of callers. */
interface Figure {
  readonly kind: string;
  readonly callers: number;
  readonly perSecond: number;
  readonly latency: Latency;
  /** Milliseconds per question. */
  readonly cpu: Cpu;
  /** The questions that took longest, each with its own p99 in milliseconds. */
  readonly slowest: readonly { readonly name: string; readonly p99: number }[];
  /** The same questions at half of that rate, whoever is still waiting; null: no bar is for it. */
  readonly oneByOne: Latency | null;
}

export const queries: Benchmark = {
  about: 'what consoles and services read among a million snapshots, through HTTP',
  keeps: ({ quick }) => (quick ? null : 'queries'),
  async run(servers, { quick, full }) {
    const plan = full ? FULL : quick ? QUICK : USUAL;
    const databaseUrl = await provideManySnapshots(servers, plan.snapshots, plan.histories);
    const sizes = await queryOnce(databaseUrl, SIZES);
    // Of the records with a filter's value that failed, one in the middle.
    const plans = await explainPages(databaseUrl, plan.snapshots / 2 + 2);
    const figures = await withSide(servers, startProduct, async (product) => {
      const found: Figure[] = [];
      for (const kind of KINDS) {
        for (const callers of CALLERS) {
          servers.stopping.throwIfAborted();
          const figure = await measure(servers, product, kind, callers, plan);
          found.push(figure);
          servers.say(format(figure));
        }
      }
      return found;
    });
    const text = [
      `${plan.snapshots} snapshots; ${plan.seconds} s for each figure`,
      ...figures.map(format),
      `  slowest  ${figures
        .flatMap(({ callers, slowest }) => (callers === 1 ? [] : slowest.slice(0, 1)))
        .map(({ name, p99 }) => `${name} (${p99.toFixed(0)} ms)`)
        .join('; ')}`,
      formatPlans(plans),
    ].join('\n');
    return { text, data: { plan, sizes, figures, plans }, failures: judge(figures) };
  },
};

const SIZES = `select relname as name, pg_relation_size(oid) as bytes from pg_class
where relnamespace = 'redress'::regnamespace and relkind in ('r', 'i') and pg_relation_size(oid) > 1000000 order by bytes desc`;

async function measure(
  servers: Servers,
  product: Side,
  kind: Kind,
  callers: number,
  plan: typeof FULL,
): Promise<Figure> {
  const next = () => kind.make(plan);
  await askFor(product.url, callers, WARM_UP, next);
  const before = readCpu(servers, product);
  const answered = await askFor(product.url, callers, plan.seconds, next);
  const cpu = cpuPer(answered.length, before, readCpu(servers, product));
  const perSecond = answered.length / plan.seconds;
  const oneByOne = (seconds: number) => askAtRate(product.url, perSecond * HALF, seconds, next);
  const hasBar = barOf(kind.name, callers) !== null;
  // They need more connections at a time than the callers had.
  if (hasBar) await oneByOne(WARM_UP);
  return {
    kind: kind.name,
    callers,
    perSecond,
    latency: latencyOf(answered.map(({ took }) => took)),
    cpu,
    slowest: slowestOf(answered),
    oneByOne: hasBar ? latencyOf(await oneByOne(plan.seconds)) : null,
  };
}

const barOf = (kind: string, callers: number): number | null =>
  BARS.find((bar) => bar.kind === kind && bar.callers === callers)?.p99 ?? null;

function slowestOf(answered: readonly Answered[]): { name: string; p99: number }[] {
  const names = Map.groupBy(answered, ({ name }) => name);
  return [...names]
    .map(([name, each]) => ({ name, p99: latencyOf(each.map(({ took }) => took)).p99 }))
    .sort((a, b) => b.p99 - a.p99)
    .slice(0, SLOWEST);
}

function format({ kind, callers, perSecond, latency, cpu, oneByOne }: Figure): string {
  const who = `${callers} ${callers === 1 ? 'caller' : 'callers'}`;
  const line = `${kind.padEnd(31)} ${who.padEnd(10)} ${perSecond.toFixed(0).padStart(5)}/s  ${formatLatency(latency)}  CPU: service ${ms(cpu.service)}  Postgres ${ms(cpu.postgres)} ms`;
  if (oneByOne === null) return line;
  const rate = (perSecond * HALF).toFixed(0).padStart(5);
  return `${line}\n${'  in an open loop, half the rate'.padEnd(31)} ${''.padEnd(10)} ${rate}/s  ${formatLatency(oneByOne)}`;
}

const ms = (value: number | null): string => value?.toFixed(1) ?? '–';

function formatPlans(plans: readonly Plan[]): string {
  const most = (part: 'rows' | 'total'): string => {
    const [first] = plans.toSorted((a, b) => b[part].buffers - a[part].buffers);
    return `${first?.[part].buffers ?? 0} for ${first?.name ?? ''} (${(first?.[part].took ?? 0).toFixed(1)} ms)`;
  };
  return `Buffers of Postgres, at most: rows ${most('rows')}; totals ${most('total')}`;
}

function judge(figures: readonly Figure[]): string[] {
  return figures.flatMap(({ kind, callers, latency, oneByOne }) => {
    const bar = barOf(kind, callers);
    if (bar === null || oneByOne === null) return [];
    const where = `${kind}, callers: ${callers}`;
    return [...missed(where, latency, bar), ...missed(`${where}, half of their rate in an open loop`, oneByOne, bar)];
  });
}

const missed = (where: string, { p99 }: Latency, bar: number): string[] =>
  p99 <= bar ? [] : [`${where}: p99 is ${p99.toFixed(0)} ms; ${bar} is the bar.`];
