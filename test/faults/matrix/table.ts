import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../../../local/settings.ts';
import { seconds } from './report.ts';
import type { Result } from './result.ts';

const PAGE = join('docs', 'reliability.md');
/** Between these lines of the page stands the table. */
const BEGIN = '<!-- table of `npm run faults` -->';
const END = '<!-- end of the table -->';

const HEAD = [
  'fault',
  'lasted',
  'commands acknowledged',
  'put off',
  'retries prepared',
  'due during the fault',
  'latest after it',
  'result',
];

/** Writes the results into docs/reliability.md; returns its path. */
export function writeTable(results: readonly Result[]): string {
  const file = join(ROOT, PAGE);
  const page = readFileSync(file, 'utf8');
  const [begin, end] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (begin < 0 || end < begin) throw new Error(`${PAGE} has lost the lines between which its table stands`);
  writeFileSync(file, `${page.slice(0, begin + BEGIN.length)}\n\n${tableOf(results)}\n\n${page.slice(end)}`);
  return PAGE;
}

/** The table as Prettier lays it out, so that a run changes only what it has measured. */
function tableOf(results: readonly Result[]): string {
  const lines = [HEAD, ...results.map(cellsOf)];
  const widths = HEAD.map((_, column) => Math.max(...lines.map((cells) => cells[column]?.length ?? 0)));
  const lay = (cells: readonly string[], fill = ' '): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0, fill)).join(' | ')} |`;
  const [head = '', ...rows] = lines.map((cells) => lay(cells));
  const rule = lay(
    HEAD.map(() => ''),
    '-',
  );
  return [head, rule, ...rows].join('\n');
}

function cellsOf(result: Result): string[] {
  const figures = 'figures' in result ? result.figures : null;
  return [
    result.fault,
    ...(figures === null
      ? ['', '', '', '', '', '']
      : [
          seconds(figures.faultTime),
          String(figures.acknowledged),
          String(figures.putOff),
          String(figures.prepared),
          String(figures.dueDuringFault),
          seconds(figures.worstLateness),
        ]),
    result.outcome === 'not run' ? `not run: ${result.reason}` : result.outcome,
  ];
}
