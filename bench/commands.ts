import type { Benchmark } from './benchmark.ts';
import { type Block, runBlock } from './block.ts';
import type { Chosen } from './chosen.ts';
import { readDocuments } from './documents.ts';
import { parked, untilEngaged } from './engagement.ts';
import { type Figure, type Pair, createFigure, formatFigure, nameFigure } from './figure.ts';
import { type LoadGenerator, withLoadGenerator } from './load-generator.ts';
import type { Job } from './load-job.ts';
import { requestOf } from './requests.ts';
import { type Work, compareWork, countWithoutWorkflow } from './same-work.ts';
import type { Servers } from './servers.ts';
import { type Side, measurePair, startBare, startProduct, withSide } from './sides.ts';
import type { PairedRatio } from './statistics.ts';

const CALLERS = [1, 16, 64];
/** Pairs of blocks for each figure, seconds of each block and of what the baseline does after each pair without HTTP. */
const FULL = { pairs: 10, seconds: 15, direct: 5, warmUp: 10 };
const QUICK = { pairs: 4, seconds: 3, direct: 3, warmUp: 4 };
/** Records that take signals in turn: few enough to stay in the worker's cache of 250, and too many for it. */
const WARM_RECORDS = 100;
const COLD_RECORDS = 1_000;
/** The first of them that the baseline takes without HTTP: more than the cache holds. */
const DIRECT_OFFSET = 300;
/** Of the creates so many may be stored without a workflow before a comparison means nothing. */
const WITHOUT_WORKFLOW = 0.01;
/** The throughput that the interval has to reach, and the CPU per command of the service that may not be exceeded, to the baseline's. */
const BARS = { throughput: 0.9, cpu: 1.15 };
/** Seconds for which records without a workflow are waited for. */
const ENGAGE_PATIENCE = 60;

type Operation = 'create' | 'signal' | 'signal to a parked record';
const OPERATIONS: readonly Operation[] = ['create', 'signal', 'signal to a parked record'];

/** What is measured, in this order. */
const FIGURES = OPERATIONS.flatMap((operation) =>
  CALLERS.filter((callers) => operation !== 'signal to a parked record' || callers < 64).map((callers) => ({
    operation,
    callers,
    name: nameFigure(operation, callers),
  })),
);

type Plan = typeof FULL;

/** Both sides with the ids of records that they hold. */
interface Arena {
  readonly servers: Servers;
  readonly load: LoadGenerator;
  readonly plan: Plan;
  readonly isChosen: Chosen;
  readonly sides: readonly [product: Side, bare: Side];
  readonly records: Readonly<Record<Side['name'], string[]>>;
}

export const commands: Benchmark = {
  about:
    'create and signal to PROCESSED at 1, 16 and 64 callers, as a ratio to the bare baseline with and without node:http',
  figures: () => FIGURES.map(({ name }) => name),
  async run(servers, { quick, isChosen }) {
    const plan = quick ? QUICK : FULL;
    return await withLoadGenerator((load) =>
      withSide(servers, startProduct, async (product) => {
        await load.run({ url: product.url, callers: 1, until: { commands: 1 }, command: parked() });
        const documents = await readDocuments(product.databaseUrl);
        return await withSide(
          servers,
          (on) => startBare(on, documents),
          (bare) =>
            compare({ servers, load, plan, isChosen, sides: [product, bare], records: { product: [], bare: [] } }),
        );
      }),
    );
  },
};

async function compare(arena: Arena) {
  const { servers, load, plan, isChosen, sides } = arena;
  servers.say('Warming up …');
  for (const side of sides) await warmUp(arena, side);
  const work = await compareWork(servers, load, sides);
  const figures: Figure[] = [];
  const series: { operation: Operation; callers: number; pairs: unknown }[] = [];
  const failures: string[] = [];
  for (const { operation, callers } of FIGURES.filter(({ name }) => isChosen(name))) {
    const pairs = await runPairs(arena, operation, callers);
    const figure = createFigure(operation, callers, pairs);
    figures.push(figure);
    failures.push(...judge(figure));
    series.push({ operation, callers, pairs: pairs.map(withoutDetails) });
    if (operation !== 'create') continue;
    failures.push(...(await judgePaths(sides, callers, pairs)));
    // What took the shorter way gets its workflow now: that work belongs to no later figure.
    await untilEngaged(servers, sides[0], ENGAGE_PATIENCE);
  }
  const text = [
    `${plan.pairs} pairs of blocks of ${plan.seconds} s for each figure; times in milliseconds`,
    ...figures.map((figure) => `${formatFigure(figure)}\n${formatBars(figure)}`),
    `One record after a create and a signal: ${formatWork(work)}`,
  ].join('\n\n');
  return { text, data: { plan, figures, work, series }, failures };
}

/** What of a figure misses its bar. */
function judge({ operation, callers, ratio, cpuRatio }: Figure): string[] {
  const where = nameFigure(operation, callers);
  const failures: string[] = [];
  if (ratio.high < BARS.throughput) {
    failures.push(`${where}: at most ${ratio.high.toFixed(2)} of the baseline; ${BARS.throughput} is wanted.`);
  }
  if (cpuRatio.service !== null && cpuRatio.service.median > BARS.cpu) {
    failures.push(
      `${where}: ${cpuRatio.service.median.toFixed(2)} of the baseline's CPU; at most ${BARS.cpu} is wanted.`,
    );
  }
  return failures;
}

/** The medians beside the bars: of the throughput it is judged how far its interval reaches. */
function formatBars({ ratio, cpuRatio }: Figure): string {
  const bar = (name: string, { median }: PairedRatio, limit: string, isMet: boolean): string =>
    `${name} ${limit}: the median, ${median.toFixed(3)}, ${isMet ? 'meets' : 'MISSES'} it`;
  const parts = [bar('throughput', ratio, `≥ ${BARS.throughput}`, ratio.median >= BARS.throughput)];
  if (cpuRatio.service !== null) {
    parts.push(bar('CPU', cpuRatio.service, `≤ ${BARS.cpu}`, cpuRatio.service.median <= BARS.cpu));
  }
  return `  bars     ${parts.join('; ')}`;
}

/** Under too much load the service takes a shorter way, and is compared no more. */
async function judgePaths(sides: readonly Side[], callers: number, pairs: readonly Pair[]): Promise<string[]> {
  const failures: string[] = [];
  for (const side of sides) {
    const ids = pairs.flatMap((pair) => pair[side.name].ids);
    const count = await countWithoutWorkflow(side, ids);
    if (count <= ids.length * WITHOUT_WORKFLOW) continue;
    failures.push(
      `${count} of ${ids.length} creates of ${callers} callers were stored by ${side.name} without a workflow, since ` +
        'Temporal did not answer within a second. The machine is too busy for a comparison.',
    );
  }
  return failures;
}

/** Both paths, until the code of both sides is compiled, and as many records as signals need. */
async function warmUp(arena: Arena, side: Side): Promise<void> {
  const { plan, records } = arena;
  await block(arena, side, 'create', 16, { seconds: plan.warmUp });
  const missing = COLD_RECORDS - records[side.name].length;
  if (missing > 0) await block(arena, side, 'create', 16, { commands: missing });
  await block(arena, side, 'signal', 16, { seconds: plan.warmUp });
}

async function runPairs(arena: Arena, operation: Operation, callers: number): Promise<Pair[]> {
  const { servers, plan, sides } = arena;
  const pairs: Pair[] = [];
  for (let index = 0; index < plan.pairs; index += 1) {
    const blocks = await measurePair(index, sides, (side) => block(arena, side, operation, callers, plan));
    const direct = await runDirect(arena, operation, callers);
    const pair = { ...blocks, direct };
    pairs.push(pair);
    servers.say(
      `${operation}, callers: ${callers}, pair ${index + 1} of ${plan.pairs}: ` +
        `${pair.product.perSecond.toFixed(1)}/s to ${pair.bare.perSecond.toFixed(1)}/s, without HTTP ${direct.toFixed(1)}/s`,
    );
  }
  return pairs;
}

/** The baseline without HTTP: commands per second. */
async function runDirect({ sides, plan, records }: Arena, operation: Operation, callers: number): Promise<number> {
  const [, bare] = sides;
  const command = commandOf(operation, records.bare);
  const count = command.name === 'create' ? 1 : command.ids.length;
  const requests = Array.from({ length: count }, (_, index) => {
    // Not where the next block begins: its first records are to be out of the worker's cache.
    const { path, ...request } = requestOf({ command }, index + DIRECT_OFFSET);
    return { ...request, url: path };
  });
  const { perSecond } = await bare.ask<{ perSecond: number }>({ callers, seconds: plan.direct, requests });
  return perSecond;
}

function commandOf(operation: Operation, known: readonly string[]): Job['command'] {
  if (operation === 'create') return parked();
  return { name: 'signal', ids: operation === 'signal' ? known.slice(-WARM_RECORDS) : known.slice(0, COLD_RECORDS) };
}

async function block(
  { servers, load, records }: Arena,
  side: Side,
  operation: Operation,
  callers: number,
  until: Job['until'],
): Promise<Block> {
  const known = records[side.name];
  const result = await runBlock(servers, load, side, { callers, until, command: commandOf(operation, known) });
  if (operation === 'create') known.push(...result.ids);
  return result;
}

/** What is kept of a pair: too many latencies to read are kept as a summary of the figure only. */
function withoutDetails(pair: Pair) {
  const strip = ({ latencies: _latencies, ids: _ids, ...rest }: Block) => rest;
  return { product: strip(pair.product), bare: strip(pair.bare), direct: pair.direct };
}

function formatWork(works: Readonly<Record<string, Work>>): string {
  const [first] = Object.values(works);
  const bytes = Object.entries(works).map(
    ([name, { historyBytes, documentBytes }]) =>
      `${name} ${historyBytes} bytes of history and ${documentBytes} bytes of documents`,
  );
  return `${first?.events.length ?? 0} history events and ${first?.versions ?? 0} versions on both sides; ${bytes.join(', ')}.`;
}
