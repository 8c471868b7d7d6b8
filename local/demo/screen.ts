import { stripVTControlCharacters } from 'node:util';

/** Milliseconds between two looks at what the live part shows. */
const REDRAW_INTERVAL = 100;
/** A lower terminal has no room for a live part beside what happens. */
const FEWEST_ROWS = 16;
/** Taken where there is no terminal. */
const USUAL_COLUMNS = 100;

/** Terminals that know it show everything between the two at once; the others ignore it. */
const BEGIN_UPDATE = '\x1b[?2026h';
const END_UPDATE = '\x1b[?2026l';
const HIDE_CURSOR = '\x1b[?25l';
const SHOW_CURSOR = '\x1b[?25h';
const ERASE_LINE_END = '\x1b[K';
const ERASE_BELOW = '\x1b[J';

/** What the demo shows: lines that stay and, on a terminal, a part below them that is kept up to date. */
export interface Screen {
  /** Shows lines that stay. */
  print(text: string): void;
  /** Shows below them what `render` gives for so many columns, again and again; null: nothing any more. */
  live(render: ((columns: number) => readonly string[]) | null): void;
  /** How wide it is. */
  columns(): number;
  /** Takes the live part away and gives the terminal back. */
  close(): void;
}

/** What a screen needs of a stream; the size is that of the terminal. */
type Output = Pick<NodeJS.WriteStream, 'isTTY' | 'columns' | 'rows' | 'write'>;

/** A screen on a stream: without a terminal, or on a very low one, there is no live part. */
export function createScreen(stream: Output): Screen {
  let render: ((columns: number) => readonly string[]) | null = null;
  let drawn: readonly string[] = [];
  let timer: NodeJS.Timeout | undefined;

  /** What puts the cursor where the live part begins. */
  const rewind = (): string => {
    // Lines that were drawn on a wider terminal take more than one row now.
    const rows = drawn.map((line) => Math.max(1, Math.ceil(stripVTControlCharacters(line).length / stream.columns)));
    const up = rows.reduce((sum, count) => sum + count, 0);
    return up === 0 ? '\r' : `\r\x1b[${up}A`;
  };
  const draw = (above: string | null): void => {
    const lines = render === null || stream.rows < FEWEST_ROWS ? [] : render(stream.columns);
    if (above === null && lines.length === drawn.length && lines.every((line, row) => line === drawn[row])) return;
    const text = [...(above === null ? [] : above.split('\n')), ...lines];
    const body = text.map((line) => `${line}${ERASE_LINE_END}\n`).join('');
    stream.write(`${BEGIN_UPDATE}${rewind()}${body}${ERASE_BELOW}${END_UPDATE}`);
    drawn = lines;
  };
  return {
    print(text) {
      if (stream.isTTY) draw(text);
      else stream.write(`${text}\n`);
    },
    live(next) {
      render = next;
      if (!stream.isTTY) return;
      clearInterval(timer);
      if (render !== null) {
        stream.write(HIDE_CURSOR);
        timer = setInterval(draw, REDRAW_INTERVAL, null);
      }
      draw(null);
    },
    columns: () => (stream.isTTY ? stream.columns : USUAL_COLUMNS),
    close() {
      this.live(null);
      if (stream.isTTY) stream.write(SHOW_CURSOR);
    },
  };
}
