import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Machine } from '../../../bench/machine.ts';
import { ROOT } from '../../../local/settings.ts';
import { seconds } from './report.ts';
import type { Result } from './result.ts';
import type { Row } from './row.ts';
import type { FaultScale } from './scale.ts';

const PAGE = join('docs', 'reliability.md');
/** Between these lines of the page stands the table, and above it of which runs it tells. */
const BEGIN = '<!-- table of `npm run faults` -->';
const END = '<!-- end of the table -->';

const HEAD = [
  'fault',
  'lasted',
  'commands',
  'put off',
  'retries',
  'due during the fault',
  'latest after it',
  'day and commit',
  'result',
] as const;
const NEVER_RUN = ['', '', '', '', '', '', '', 'not run: not asked for yet'];

/** What rows were run with: without it nobody can repeat them. */
export interface Conditions {
  readonly scale: FaultScale;
  readonly machine: Machine;
  /** As ISO 8601 writes it, e.g. `2026-01-31`. */
  readonly day: string;
}

/** Writes the results of a run into docs/reliability.md; returns its path. */
export function writeTable(rows: readonly Row[], results: readonly Result[], conditions: Conditions): string {
  const file = join(ROOT, PAGE);
  writeFileSync(file, withTable(readFileSync(file, 'utf8'), rows, results, conditions));
  return PAGE;
}

/**
 * The page with these results in its table, where the rows that were not run stay as they are, unless they are of a run of
 * another scale, on another machine, or with other servers. @throws Error for a page without the lines between which the
 * table stands
 */
export function withTable(
  page: string,
  rows: readonly Pick<Row, 'name' | 'fault'>[],
  results: readonly Result[],
  conditions: Conditions,
): string {
  const [begin, end] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (begin < 0 || end < begin) throw new Error(`${PAGE} has lost the lines between which its table stands`);
  const caption = captionOf(conditions);
  const before = page.slice(begin, end).split('\n');
  const known = new Map(before.includes(caption) ? before.map(readLine) : []);
  const cells = rows.map(({ name, fault }) => {
    const result = results.find((one) => one.name === name);
    return [fault, ...(result === undefined ? (known.get(fault) ?? NEVER_RUN) : measured(result, conditions))];
  });
  const parts = [page.slice(0, begin + BEGIN.length), caption, layOut([[...HEAD], ...cells]), page.slice(end)];
  return parts.join('\n\n');
}

/** Which runs the table tells of, in one line: by it the next run sees whether the table is of its kind. */
function captionOf({ scale, machine }: Conditions): string {
  const { clients, due, manyDue, outage } = scale;
  const { cores, processor, memoryGiB, node, postgres, temporal } = machine;
  return [
    `${clients} clients, ${due} records that fall due (${manyDue} where many do), faults of ${outage / 1_000} seconds.`,
    `${cores} cores (${processor}), ${memoryGiB} GiB.`,
    `Node ${node}, Postgres ${postgres.version}, Temporal ${temporal.version}.`,
  ].join(' ');
}

/** A line of the table: its fault, and the other cells. */
function readLine(line: string): [string, readonly string[]] {
  const [, fault = '', ...cells] = line.split('|').map((cell) => cell.trim());
  return [fault, cells.slice(0, -1)];
}

function measured(result: Result, { machine, day }: Conditions): readonly string[] {
  const figures = 'figures' in result ? result.figures : null;
  const origin = `${day} ${machine.revision ?? 'no clone'}`;
  const verdict = result.outcome === 'not run' ? `not run: ${result.reason}` : result.outcome;
  if (figures === null) return [...NEVER_RUN.slice(0, -2), origin, verdict];
  const { faultTime, acknowledged, putOff, prepared, dueDuringFault, worstLateness } = figures;
  const counts = [acknowledged, putOff, prepared, dueDuringFault].map(String);
  return [seconds(faultTime), ...counts, seconds(worstLateness), origin, verdict];
}

/** As Prettier lays a table out, so that a run changes only what it has measured. */
function layOut(lines: readonly (readonly string[])[]): string {
  const widths = HEAD.map((_, column) => Math.max(...lines.map((cells) => cells[column]?.length ?? 0)));
  const lay = (cells: readonly string[], fill = ' '): string =>
    `| ${widths.map((width, column) => (cells[column] ?? '').padEnd(width, fill)).join(' | ')} |`;
  const [head = [], ...rows] = lines;
  return [lay(head), lay([], '-'), ...rows.map((cells) => lay(cells))].join('\n');
}
