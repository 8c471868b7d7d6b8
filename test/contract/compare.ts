import { isDeepStrictEqual } from 'node:util';
import type { Answer } from './answer.ts';
import { type Pair, isAtOrBelow, pairsOf } from './pairs.ts';
import { type Pattern, patternAt } from './patterns.ts';
import { type Renaming, isGeneratedId } from './renaming.ts';

/** Values that are not the same although they have to be. */
export type Difference = Pick<Pair, 'path' | 'recorded' | 'ours'>;

/** What came of two answers. */
export interface Comparison {
  /** Values that had to be the same. */
  readonly compared: number;
  /** Values that only had to be of the same kind. */
  readonly patterned: number;
  readonly differences: readonly Difference[];
}

/** When an exchange took place: epoch milliseconds. */
export interface Period {
  readonly from: number;
  readonly to: number;
}

/** What two answers are compared in the light of. */
export interface Circumstances {
  /** The name of the exchange. */
  readonly exchange: string;
  readonly renaming: Renaming;
  /** Whether a text was sent in this exchange or before it: the server did not make it. */
  readonly wasSent: (recorded: string) => boolean;
  /** The scenario so far: in the recording, null where it has no times, and now. */
  readonly recordedPeriod: Period | null;
  readonly ourPeriod: Period;
  /** JSON paths that are expected to differ: nothing is learnt from the values there and below. */
  readonly expected: readonly string[];
}

/** Milliseconds that clocks and the handling of a request may be apart. */
const TOLERANCE = 10_000;

/** Compares answers value by value. Whatever is not listed as a pattern has to be the same. */
export function compareAnswers(recorded: Answer, ours: Answer, circumstances: Circumstances): Comparison {
  const { exchange, expected, renaming } = circumstances;
  const forgotten = { ...circumstances, renaming: renaming.draft() };
  let patterned = 0;
  let compared = 0;
  const differences: Difference[] = [];
  for (const pair of pairsOf(recorded, ours)) {
    const pattern = patternAt(pair.path, pair.recorded, exchange);
    const isExpected = expected.some((path) => isAtOrBelow(pair.path, path));
    const verdict = judge(pattern, pair, isExpected ? forgotten : circumstances);
    if (verdict === 'same kind' && !isExpected) patterned += 1;
    else compared += 1;
    if (verdict === 'different') differences.push(pair);
  }
  return { compared, patterned, differences };
}

type Verdict = 'same' | 'same kind' | 'different';

function judge(pattern: Pattern | undefined, pair: Pair, circumstances: Circumstances): Verdict {
  const { recorded, ours, among } = pair;
  const { renaming, wasSent, recordedPeriod, ourPeriod } = circumstances;
  switch (pattern?.kind) {
    case 'generated id': {
      if (!isGeneratedId(recorded) || renaming.ours(recorded) !== undefined || wasSent(recorded)) break;
      return typeof ours === 'string' && renaming.bind(recorded, ours) ? 'same kind' : 'different';
    }
    case 'instant':
      if (!isWithin(recorded, recordedPeriod)) break;
      return isWithin(ours, ourPeriod) ? 'same kind' : 'different';
    case 'after retryAt': {
      const [retryAt, ourRetryAt] = [among.recorded['retryAt'], among.ours['retryAt']];
      if (!isWithin(retryAt, recordedPeriod)) break;
      return Number(recorded) - Number(retryAt) === Number(ours) - Number(ourRetryAt) ? 'same' : 'different';
    }
    case 'url':
      return pathOf(recorded) !== null && pathOf(recorded) === pathOf(ours) ? 'same kind' : 'different';
    case 'number':
      return isCount(recorded) && isCount(ours) ? 'same kind' : 'different';
    case 'text':
      return typeof ours === 'string' && pattern.like?.test(ours) !== false ? 'same kind' : 'different';
    case undefined:
  }
  return isSame(recorded, ours, renaming) ? 'same' : 'different';
}

/** Texts may quote what the server made. */
const isSame = (recorded: unknown, ours: unknown, renaming: Renaming): boolean =>
  typeof recorded === 'string' ? renaming.rewrite(recorded) === ours : isDeepStrictEqual(recorded, ours);

const isWithin = (value: unknown, period: Period | null): boolean =>
  period !== null && typeof value === 'number' && value >= period.from - TOLERANCE && value <= period.to + TOLERANCE;

const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && Number(value) >= 0;

const pathOf = (value: unknown): string | null =>
  typeof value === 'string' && URL.canParse(value) ? new URL(value).pathname : null;
