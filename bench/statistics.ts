/** The value below which this share of the values lies, by nearest rank; `sorted` ascends and is not empty. */
export function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

/** The middle of the values, or the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = ascending(values);
  const half = sorted.length / 2;
  return ((sorted[Math.ceil(half) - 1] ?? Number.NaN) + (sorted[Math.floor(half)] ?? Number.NaN)) / 2;
}

export const ascending = (values: readonly number[]): number[] => values.toSorted((a, b) => a - b);

/** What a series of pairs says about the ratio of their two sides. */
export interface PairedRatio {
  /** The median of the ratios of the pairs. */
  readonly median: number;
  /** The interval around it. */
  readonly low: number;
  readonly high: number;
  /** How often an interval made like this covers the true ratio: at least 0.95 from six pairs on. */
  readonly coverage: number;
}

/** An interval is wrong in so many cases at most. */
const ERROR = 0.05;

/**
 * The median of the ratios, with the interval that belongs to Wilcoxon's signed-rank test: the means of all pairs of log
 * ratios, without as many at both ends as the test allows. It is exact for few pairs and asks for no normal distribution,
 * only that a log ratio errs upwards as easily as downwards.
 */
export function pairedRatio(ratios: readonly number[]): PairedRatio {
  const logs = ratios.map(Math.log);
  const means = ascending(logs.flatMap((a, index) => logs.slice(index).map((b) => (a + b) / 2)));
  const probabilities = rankSumProbabilities(ratios.length);
  let cut = 0;
  let tail = probabilities[0] ?? 1;
  while (2 * (tail + (probabilities[cut + 1] ?? 1)) <= ERROR) {
    cut += 1;
    tail += probabilities[cut] ?? 1;
  }
  return {
    median: median(ratios),
    low: Math.exp(means[cut] ?? Number.NaN),
    high: Math.exp(means[means.length - 1 - cut] ?? Number.NaN),
    coverage: 1 - 2 * tail,
  };
}

/** The median, and the interval with how sure it is. */
export function formatRatio({ median: middle, low, high, coverage }: PairedRatio): string {
  return `${middle.toFixed(3)} [${low.toFixed(3)}, ${high.toFixed(3)}; ${(coverage * 100).toFixed(0)} %]`;
}

/** How probable each sum of the ranks 1 to `count` is when each rank counts with probability one half. */
function rankSumProbabilities(count: number): number[] {
  let probabilities = [1];
  for (let rank = 1; rank <= count; rank += 1) {
    const before = probabilities;
    probabilities = Array.from(
      { length: before.length + rank },
      (_, sum) => ((before[sum] ?? 0) + (before[sum - rank] ?? 0)) / 2,
    );
  }
  return probabilities;
}
