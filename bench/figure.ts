import type { Block, Cpu } from './block.ts';
import type { Side } from './sides.ts';
import { type PairedRatio, ascending, formatRatio, median, pairedRatio, percentile } from './statistics.ts';

/** Both sides in blocks that followed each other, and beside them the baseline without HTTP, in commands per second. */
export type Pair = Readonly<Record<Side['name'], Block>> & { readonly direct?: number };

/** All blocks of one side in short. */
export interface Summary {
  /** Commands per second: the median of the blocks. */
  readonly perSecond: number;
  /** Milliseconds, over the commands of all blocks. */
  readonly latency: { readonly p50: number; readonly p95: number; readonly p99: number };
  /** Milliseconds per command: the medians of the blocks. */
  readonly cpu: Cpu;
}

/** What a series of pairs says. */
export interface Figure {
  readonly operation: string;
  readonly callers: number;
  readonly product: Summary;
  readonly bare: Summary;
  /** Commands per second, product to baseline. */
  readonly ratio: PairedRatio;
  /** The same to the baseline without HTTP; null: that was not measured. */
  readonly directRatio: PairedRatio | null;
  /** CPU per command of the service process, and of service, Temporal and Postgres together; null: it cannot be read. */
  readonly cpuRatio: { readonly service: PairedRatio | null; readonly all: PairedRatio | null };
}

export function createFigure(operation: string, callers: number, pairs: readonly Pair[]): Figure {
  return {
    operation,
    callers,
    product: summarize(pairs.map(({ product }) => product)),
    bare: summarize(pairs.map(({ bare }) => bare)),
    ratio: pairedRatio(pairs.map(({ product, bare }) => product.perSecond / bare.perSecond)),
    directRatio: directRatioOf(pairs),
    cpuRatio: { service: ratioOf(pairs, ({ service }) => service), all: ratioOf(pairs, cpuOfAll) },
  };
}

function summarize(blocks: readonly Block[]): Summary {
  const latencies = ascending(blocks.flatMap((block) => block.latencies));
  const middle = (program: keyof Cpu): number | null => {
    const values = blocks.flatMap(({ cpu }) => cpu[program] ?? []);
    return values.length === 0 ? null : median(values);
  };
  return {
    perSecond: median(blocks.map(({ perSecond }) => perSecond)),
    latency: { p50: percentile(latencies, 0.5), p95: percentile(latencies, 0.95), p99: percentile(latencies, 0.99) },
    cpu: { service: middle('service'), temporal: middle('temporal'), postgres: middle('postgres') },
  };
}

function directRatioOf(pairs: readonly Pair[]): PairedRatio | null {
  const ratios = pairs.flatMap(({ product, direct }) => (direct === undefined ? [] : [product.perSecond / direct]));
  return ratios.length === pairs.length ? pairedRatio(ratios) : null;
}

function ratioOf(pairs: readonly Pair[], pick: (cpu: Cpu) => number | null): PairedRatio | null {
  const ratios = pairs.flatMap(({ product, bare }) => {
    const [ours, theirs] = [pick(product.cpu), pick(bare.cpu)];
    return ours === null || theirs === null ? [] : [ours / theirs];
  });
  return ratios.length === pairs.length ? pairedRatio(ratios) : null;
}

const cpuOfAll = ({ service, temporal, postgres }: Cpu): number | null =>
  service === null || temporal === null || postgres === null ? null : service + temporal + postgres;

/** A figure in a few lines for a terminal. */
export function formatFigure(figure: Figure): string {
  return `${nameFigure(figure.operation, figure.callers)}\n${formatSides(figure)}`;
}

/** What a figure is called. */
export function nameFigure(operation: string, callers: number): string {
  return `${operation}, ${callers} ${callers === 1 ? 'caller' : 'callers'}`;
}

/** The lines of a figure below its title. */
export function formatSides({
  product,
  bare,
  ratio,
  directRatio,
  cpuRatio,
}: Omit<Figure, 'operation' | 'callers'>): string {
  return [
    formatSummary('product', product),
    formatSummary('bare', bare),
    `  ratio    ${formatRatio(ratio)} of the throughput` +
      (directRatio === null ? '' : `, without HTTP ${formatRatio(directRatio)}`) +
      (cpuRatio.service === null ? '' : `; CPU per command: service ${formatRatio(cpuRatio.service)}`) +
      (cpuRatio.all === null ? '' : `, all ${formatRatio(cpuRatio.all)}`),
  ].join('\n');
}

function formatSummary(name: string, { perSecond, latency, cpu }: Summary): string {
  const ms = (value: number | null): string => (value === null ? '–' : value.toFixed(1)).padStart(6);
  return (
    `  ${name.padEnd(8)} ${perSecond.toFixed(1).padStart(6)}/s  p50 ${ms(latency.p50)}  p95 ${ms(latency.p95)}  ` +
    `p99 ${ms(latency.p99)} ms  CPU per command: service${ms(cpu.service)}  Temporal${ms(cpu.temporal)}  ` +
    `Postgres${ms(cpu.postgres)} ms`
  );
}
