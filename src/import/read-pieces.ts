import type { Piece } from './piece.ts';
import { readElements } from './read-elements.ts';
import { readLines } from './read-lines.ts';

/** Bytes of one document: what is longer is not kept in memory. Stack traces are cut only after it was read. */
const MAX_SIZE = 16 * 1024 * 1024;

const BYTE_ORDER_MARK = Buffer.from('\uFEFF');
/** Bytes of white space after which an array is not looked for any more. */
const MAX_BLANK = 64 * 1024;

/** The documents of an input: JSON arrays, JSON lines, or Server-Sent Events, told apart by how it begins. */
export async function* readPieces(input: AsyncIterable<Buffer>): AsyncGenerator<Piece> {
  const chunks = input[Symbol.asyncIterator]();
  try {
    let first = Buffer.alloc(0);
    while (first.length < BYTE_ORDER_MARK.length || (first.length < MAX_BLANK && first.toString().trim() === '')) {
      const next = await chunks.next();
      if (next.done === true) break;
      first = Buffer.concat([first, next.value]);
    }
    if (first.indexOf(BYTE_ORDER_MARK) === 0) first = first.subarray(BYTE_ORDER_MARK.length);
    const all = rejoin(first, chunks);
    yield* first.toString().trimStart().startsWith('[') ? readElements(all, MAX_SIZE) : readLines(all, MAX_SIZE);
  } finally {
    await chunks.return?.();
  }
}

async function* rejoin(first: Buffer, rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  yield first;
  for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
}
