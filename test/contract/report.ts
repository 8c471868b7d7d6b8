import { type Expectation, show } from './expectation.ts';
import type { Run } from './run.ts';

/** The share of values that may be compared by their kind alone. */
const MOST_PATTERNED = 0.15;
/** Characters of a value that are printed. */
const PRINTED = 400;

/** A run in numbers and words. */
export interface Report {
  readonly passed: number;
  readonly failed: number;
  /** What does not belong to one exchange. */
  readonly problems: readonly string[];
  readonly text: string;
}

/** Judges a run in the light of the expectations and of the rows of docs/differences.md. */
export function reportOn(
  { outcomes, skipped }: Run,
  expectations: readonly Expectation[],
  rows: ReadonlySet<string>,
): Report {
  const failures = outcomes.filter(({ differences }) => differences.length > 0);
  const compared = sum(outcomes.map((outcome) => outcome.compared));
  const patterned = sum(outcomes.map((outcome) => outcome.patterned));
  const valuesSkipped = sum(skipped.map(({ values }) => values));
  const share = patterned / Math.max(1, compared + patterned);
  const problems = [
    ...(share > MOST_PATTERNED
      ? [`${percent(share)} of the values are patterns: no more than ${percent(MOST_PATTERNED)} may be`]
      : []),
    ...new Set(
      expectations.filter(({ row }) => !rows.has(row)).map(({ row }) => `docs/differences.md has no row "${row}"`),
    ),
  ];
  const expected = outcomes.filter(({ expectation }) => expectation !== undefined);
  const lines = [
    ...failures.flatMap(({ exchange, expectation, differences }) => [
      `${exchange.name}${expectation === undefined ? '' : ` (${expectation.row})`}`,
      ...differences.flatMap(({ path, recorded, ours }) => [
        `  ${path}`,
        `    recorded ${shortened(recorded)}`,
        `    ours     ${shortened(ours)}`,
      ]),
    ]),
    ...problems,
    ...[...Map.groupBy(skipped, ({ reason }) => reason)].map(
      ([reason, all]) => `${all.length} exchanges skipped: ${reason}`,
    ),
    ...[...Map.groupBy(expected, ({ expectation }) => expectation?.row ?? '')].map(
      ([row, all]) => `${all.length} exchanges differ on purpose: ${row}`,
    ),
    `${outcomes.length} exchanges played, ${skipped.length} skipped`,
    `${compared} values compared, ${patterned} patterned (${percent(share)}), ${valuesSkipped} skipped`,
  ];
  const [failed, passed] = [failures.length + problems.length, outcomes.length - failures.length];
  return { passed, failed, problems, text: `${lines.join('\n')}\n` };
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;

function shortened(value: unknown): string {
  const text = show(value);
  return text.length > PRINTED ? `${text.slice(0, PRINTED)}…` : text;
}
