import { readFileSync } from 'node:fs';

/** The page of the differences that are kept on purpose. */
const PAGE = new URL('../../docs/differences.md', import.meta.url);

/** The rows of its table, each by the text of its first cell. */
export function readDifferenceRows(): ReadonlySet<string> {
  const cells = readFileSync(PAGE, 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .map((line) => (line.split(/(?<!\\)\|/)[1] ?? '').trim());
  return new Set(cells.slice(2));
}
