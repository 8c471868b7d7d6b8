import { styleText } from 'node:util';

/** How a cell looks, as `styleText` names it; nothing on streams without colours or under NO_COLOR. */
export type Look = Parameters<typeof styleText>[0];

/** A text and how it looks. */
export interface Cell {
  readonly text: string;
  readonly look?: Look;
}

/** A column of a table; a width of null takes what is left. */
export interface Column {
  readonly title: string;
  readonly width: number | null;
  /** Left out on narrower terminals, in columns of the terminal. */
  readonly from?: number;
}

const GAP = 2;

/** Lays a table out in lines that are shorter than `width`, so that no terminal wraps them. */
export function layOut(columns: readonly Column[], rows: readonly (readonly Cell[])[], width: number): string[] {
  const shown = columns.map((column, index) => ({ column, index })).filter(({ column }) => (column.from ?? 0) <= width);
  const fixed = shown.reduce((sum, { column }) => sum + (column.width ?? 0) + GAP, 0);
  const rest = Math.max(1, width - 1 - fixed);
  const line = (cells: readonly Cell[]): string => {
    const parts = shown.map(({ column, index }) => {
      const { text, look } = cells[index] ?? { text: '' };
      const padded = fit(text, column.width ?? rest);
      return look === undefined ? padded : styleText(look, padded);
    });
    return `${' '.repeat(GAP)}${parts.join(' '.repeat(GAP))}`.trimEnd();
  };
  const header = line(columns.map(({ title }) => ({ text: title, look: 'dim' })));
  return [header, ...rows.map(line)];
}

/** The text in exactly so many characters. */
const fit = (text: string, width: number): string =>
  text.length <= width ? text.padEnd(width) : `${text.slice(0, width - 1)}…`;
