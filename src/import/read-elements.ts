import { NOT_UTF8, type Piece, readText } from './piece.ts';

const NEWLINE = 0x0a;
const QUOTE = 0x22;
const COMMA = 0x2c;
const ARRAY_BEGIN = 0x5b;
const BACKSLASH = 0x5c;
const ARRAY_END = 0x5d;
const OBJECT_BEGIN = 0x7b;
const OBJECT_END = 0x7d;
/** Everything up to it is white space, or nothing that JSON knows. */
const SPACE = 0x20;

/**
 * The objects in a JSON array of any length, or in several one after another, without reading one as a whole. All that
 * counts in JSON is ASCII, so that it goes by bytes.
 */
export async function* readElements(input: AsyncIterable<Buffer>, maxSize: number): AsyncGenerator<Piece> {
  let line = 1;
  let number = 0;
  let place = '';
  /** Open brackets: 0 between arrays, 1 between elements. */
  let depth = 0;
  let isText = false;
  let isEscaped = false;
  let parts: Buffer[] = [];
  let size = 0;

  const add = (part: Buffer): void => {
    size += part.length;
    if (size <= maxSize) parts.push(part);
    else parts = [];
  };
  const element = (): Piece => {
    const isTooLong = size > maxSize;
    const text = isTooLong ? null : readText(Buffer.concat(parts));
    parts = [];
    size = 0;
    if (text !== null) return { place, text };
    return { place, text, reason: isTooLong ? `The element has more than ${maxSize} bytes.` : NOT_UTF8 };
  };

  for await (const chunk of input) {
    let start = depth > 1 ? 0 : -1;
    for (let index = 0; index < chunk.length; index += 1) {
      const byte = chunk[index] ?? 0;
      if (byte === NEWLINE) line += 1;
      if (isEscaped) isEscaped = false;
      else if (isText) {
        if (byte === BACKSLASH) isEscaped = true;
        else if (byte === QUOTE) isText = false;
      } else if (depth > 1) {
        if (byte === QUOTE) isText = true;
        else if (byte === OBJECT_BEGIN || byte === ARRAY_BEGIN) depth += 1;
        else if (byte === OBJECT_END || byte === ARRAY_END) {
          depth -= 1;
          if (depth > 1) continue;
          add(chunk.subarray(start, index + 1));
          yield element();
          start = -1;
        }
      } else if (byte === (depth === 0 ? ARRAY_BEGIN : OBJECT_BEGIN)) {
        depth += 1;
        if (depth === 1) continue;
        number += 1;
        place = `line ${line}, element ${number}`;
        start = index;
      } else if (depth === 1 && byte === ARRAY_END) depth = 0;
      else if (byte > SPACE && byte !== COMMA) {
        const reason = `Here the input stops being a JSON array of objects: what follows was not read.`;
        yield { place: `line ${line}, behind element ${number}`, text: null, reason };
        return;
      }
    }
    if (start !== -1) add(chunk.subarray(start));
  }
  if (depth > 0) {
    yield { place: `line ${line}`, text: null, reason: 'The input ends within a JSON array: it is not complete.' };
  }
}
