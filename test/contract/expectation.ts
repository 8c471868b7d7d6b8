import type { Answer } from './answer.ts';
import type { Difference } from './compare.ts';
import { ABSENT, isAtOrBelow } from './pairs.ts';
import type { Exchange } from './recording.ts';

/** A difference that is kept on purpose. */
export interface Expectation {
  /** The row of docs/differences.md that gives the reason: the text of its first cell. */
  readonly row: string;
  /** The exchanges that it is about. The first expectation that is about an exchange is the one that has to be met. */
  readonly about: (exchange: Exchange) => boolean;
  /** What we answer where it differs, by JSON path. Whatever is not named here has to be as recorded. */
  readonly ours: Readonly<Record<string, Expected>>;
  /** We do what the original refuses: such an exchange is played when the rest of its scenario is over. */
  readonly afterwards?: boolean;
}

/** A value, a pattern for a text, a test that may look at what is recorded there, or these by the keys of an object. */
export type Expected =
  | string
  | number
  | boolean
  | null
  | typeof ABSENT
  | RegExp
  | ((value: unknown, recorded: unknown) => boolean)
  | readonly Expected[]
  | { readonly [key: string]: Expected };

/** The differences without those that an expectation explains; those in which it is mistaken instead. */
export function applyExpectation(
  { ours: expected }: Expectation,
  differences: readonly Difference[],
  answers: { readonly recorded: Answer; readonly ours: Answer },
): Difference[] {
  const explained = Object.entries(expected);
  const left = differences.filter((difference) => !explained.some(([path]) => isAtOrBelow(difference.path, path)));
  const mistaken = explained.flatMap(([path, value]): Difference[] => {
    const [recorded, ours] = [valueAt(answers.recorded, path), valueAt(answers.ours, path)];
    if (!matches(value, ours, recorded)) return [{ path, recorded: `our docs say ${show(value)}`, ours }];
    if (!differences.some((difference) => isAtOrBelow(difference.path, path))) {
      return [{ path, recorded: 'the same, though our docs say that it differs', ours }];
    }
    return [];
  });
  return [...left, ...mistaken];
}

function valueAt(answer: Answer, path: string): unknown {
  const steps = path.split(/\.|(?=\[)/).map((step) => /^\[(\d+)\]$/.exec(step)?.[1] ?? step);
  return steps.reduce<unknown>(
    (value, step) =>
      typeof value === 'object' && value !== null && step in value
        ? (value as Readonly<Record<string, unknown>>)[step]
        : ABSENT,
    answer,
  );
}

function matches(expected: Expected, value: unknown, recorded: unknown): boolean {
  if (typeof expected === 'function') return expected(value, recorded);
  if (expected instanceof RegExp) return typeof value === 'string' && expected.test(value);
  if (typeof expected !== 'object' || expected === null) return Object.is(expected, value);
  if (typeof value !== 'object' || value === null || Array.isArray(expected) !== Array.isArray(value)) return false;
  const [wanted, found] = [Object.entries(expected), value as Readonly<Record<string, unknown>>];
  return (
    wanted.length === Object.keys(found).length && wanted.every(([key, each]) => matches(each, found[key], ABSENT))
  );
}

/** A value for people. */
export function show(value: unknown): string {
  if (value === ABSENT) return 'nothing';
  if (value instanceof RegExp || typeof value === 'function') return String(value);
  return JSON.stringify(value);
}
