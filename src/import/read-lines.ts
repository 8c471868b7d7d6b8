import { NOT_UTF8, type Piece, readText } from './piece.ts';

const NEWLINE = 0x0a;

/** What else an event stream of the Web has: names and ids of frames, comments. */
const NOT_DATA = /^(event:|id:|retry:|:)/;
const DATA = /^data: ?/;

/** The documents of an input that has one in each line, also as data frames of Server-Sent Events. */
export async function* readLines(input: AsyncIterable<Buffer>, maxSize: number): AsyncGenerator<Piece> {
  let line = 1;
  let parts: Buffer[] = [];
  let size = 0;
  /** Where the event of a stream has begun that has no data yet; blank: there is none. */
  let begun = '';
  let hasData = false;

  const piece = (): Piece | null => {
    if (size === 0) {
      begun = '';
      hasData = false;
      return null;
    }
    const place = `line ${line}`;
    if (size > maxSize) return { place, text: null, reason: `The line has more than ${maxSize} bytes.` };
    const text = readText(Buffer.concat(parts))?.trim();
    if (text === undefined) return { place, text: null, reason: NOT_UTF8 };
    if (NOT_DATA.test(text)) {
      if (begun === '' && !hasData && !text.startsWith(':')) begun = place;
      return null;
    }
    begun = '';
    hasData = text !== '';
    return text === '' ? null : { place, text: text.replace(DATA, '') };
  };
  const add = (part: Buffer): void => {
    size += part.length;
    if (size <= maxSize) parts.push(part);
    else parts = [];
  };

  for await (const chunk of input) {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      add(chunk.subarray(start, end));
      const found = piece();
      if (found !== null) yield found;
      parts = [];
      size = 0;
      line += 1;
      start = end + 1;
    }
    add(chunk.subarray(start));
  }
  const last = size > 0 ? piece() : null;
  if (last !== null) yield last;
  if (begun !== '') {
    yield { place: begun, text: null, reason: 'The input ends within an event: it is not complete.' };
  }
}
