import { isDeepStrictEqual } from 'node:util';
import type { Answer } from './answer.ts';
import { type Pattern, patternAt } from './patterns.ts';
import { type Renaming, isGeneratedId } from './renaming.ts';

/** A value that the recording does not have, or that we do not have. */
export const ABSENT = Symbol('absent');

export interface Difference {
  readonly path: string;
  readonly recorded: unknown;
  readonly ours: unknown;
}

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
}

/** Milliseconds that clocks and the handling of a request may be apart. */
const TOLERANCE = 10_000;

/** Compares answers value by value. Whatever is not listed as a pattern has to be the same. */
export function compareAnswers(recorded: Answer, ours: Answer, circumstances: Circumstances): Comparison {
  let compared = 0;
  let patterned = 0;
  const differences: Difference[] = [];

  const differ = (path: string, a: unknown, b: unknown): void => {
    compared += 1;
    differences.push({ path, recorded: a, ours: b });
  };

  const value = (path: string, a: unknown, b: unknown, beside: Siblings): void => {
    const pattern = patternAt(path, a, circumstances.exchange);
    const verdict = pattern === undefined ? null : judge(pattern, a, b, beside, circumstances);
    if (verdict === 'same kind') patterned += 1;
    else if (verdict === 'same' || (verdict === null && isSame(a, b, circumstances.renaming))) compared += 1;
    else differ(path, a, b);
  };

  const walk = (path: string, a: unknown, b: unknown, beside: Siblings = NO_SIBLINGS): void => {
    if (patternAt(path, a, circumstances.exchange)?.kind === 'any order') {
      walkArray(path, sorted(a), sorted(b));
    } else if (Array.isArray(a) && Array.isArray(b) && a.length > 0) {
      walkArray(path, a, b);
    } else if (isObject(a) && isObject(b) && Object.keys(a).length > 0) {
      for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
        const [there, here] = [key in a ? a[key] : ABSENT, key in b ? b[key] : ABSENT];
        walk(`${path}${step(key)}`, there, here, { recorded: a, ours: b });
      }
    } else value(path, a, b, beside);
  };

  const walkArray = (path: string, a: unknown, b: unknown): void => {
    if (!Array.isArray(a) || !Array.isArray(b)) {
      differ(path, a, b);
      return;
    }
    for (let index = 0; index < Math.max(a.length, b.length); index += 1) {
      walk(`${path}[${index}]`, index in a ? a[index] : ABSENT, index in b ? b[index] : ABSENT);
    }
  };

  walk('status', recorded.status, ours.status);
  walk('headers', recorded.headers, ours.headers);
  walk('body', recorded.body, ours.body);
  return { compared, patterned, differences };
}

interface Siblings {
  readonly recorded: Readonly<Record<string, unknown>>;
  readonly ours: Readonly<Record<string, unknown>>;
}
const NO_SIBLINGS: Siblings = { recorded: {}, ours: {} };

/** `same`: as exactly as if no pattern were there. Null: the pattern does not speak of such a value. */
type Verdict = 'same' | 'same kind' | 'different' | null;

function judge(pattern: Pattern, a: unknown, b: unknown, beside: Siblings, circumstances: Circumstances): Verdict {
  const { renaming, wasSent, recordedPeriod, ourPeriod } = circumstances;
  switch (pattern.kind) {
    case 'generated id': {
      if (!isGeneratedId(a)) return null;
      const expected = renaming.ours(a);
      if (expected !== undefined) return expected === b ? 'same' : 'different';
      if (wasSent(a)) return null;
      return typeof b === 'string' && renaming.bind(a, b) ? 'same kind' : 'different';
    }
    case 'instant':
      if (!isWithin(a, recordedPeriod)) return null;
      return isWithin(b, ourPeriod) ? 'same kind' : 'different';
    case 'after retryAt': {
      const [retryAt, ourRetryAt] = [beside.recorded['retryAt'], beside.ours['retryAt']];
      if (!isWithin(retryAt, recordedPeriod)) return null;
      return Number(a) - Number(retryAt) === Number(b) - Number(ourRetryAt) ? 'same' : 'different';
    }
    case 'url':
      return pathOf(a) !== null && pathOf(a) === pathOf(b) ? 'same kind' : 'different';
    case 'number':
      return isCount(a) && isCount(b) ? 'same kind' : 'different';
    case 'text':
      return typeof a === 'string' && typeof b === 'string' && b !== '' ? 'same kind' : 'different';
    case 'any order':
      return null;
  }
}

/** Texts may quote what the server made. */
const isSame = (a: unknown, b: unknown, renaming: Renaming): boolean =>
  typeof a === 'string' ? renaming.rewrite(a) === b : isDeepStrictEqual(a, b);

const isWithin = (value: unknown, period: Period | null): boolean =>
  period !== null && typeof value === 'number' && value >= period.from - TOLERANCE && value <= period.to + TOLERANCE;

const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && Number(value) >= 0;

const pathOf = (value: unknown): string | null =>
  typeof value === 'string' && URL.canParse(value) ? new URL(value).pathname : null;

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const sorted = (value: unknown): unknown =>
  Array.isArray(value) ? value.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)) : value;

const step = (key: string): string => (/^[\w-]+$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`);
