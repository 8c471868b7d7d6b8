import { expect, test } from 'vitest';
import { readPieces } from '../../src/import/read-pieces.ts';
import { chunksOf } from './given.ts';

const DOCUMENTS = [{ text: 'a "quoted" \\ [bracket} ä' }, { nested: [{ a: [] }, {}] }, { c: null }];

async function pieces(text: string | Buffer, chunkSize: number): Promise<string[]> {
  const found: string[] = [];
  for await (const piece of readPieces(chunksOf(text, chunkSize))) {
    found.push(`${piece.place}: ${piece.text ?? piece.reason}`);
  }
  return found;
}

const withoutPlaces = (found: readonly string[]): unknown[] =>
  found.map((each) => JSON.parse(each.slice(each.indexOf(': ') + 2)) as unknown);

test.each([1, 7, 10_000])('documents are the same in every form, in chunks of %d bytes', async (size) => {
  const texts = DOCUMENTS.map((document) => JSON.stringify(document));
  const forms = {
    'JSON lines': texts.join('\n'),
    'JSON lines from Windows': `\uFEFF${texts.join('\r\n')}\r\n\r\n`,
    'Server-Sent Events': texts.map((text) => `:comment\nid:1\nevent:any\ndata:${text}\n\n`).join(''),
    'a JSON array': JSON.stringify(DOCUMENTS),
    'a JSON array for people': `\uFEFF\n ${JSON.stringify(DOCUMENTS, null, 2)}\n`,
    'JSON arrays, one after another': texts.map((text) => `[${text}]\n`).join(''),
  };
  for (const [form, text] of Object.entries(forms)) {
    expect([form, withoutPlaces(await pieces(text, size))]).toEqual([form, DOCUMENTS]);
  }
});

test('a place is the line, and the number of the element in an array', async () => {
  expect(await pieces('{}\n\nrubbish\n', 5)).toEqual(['line 1: {}', 'line 3: rubbish']);
  expect(await pieces('[{},\n{}]\n[{}]', 5)).toEqual([
    'line 1, element 1: {}',
    'line 2, element 2: {}',
    'line 3, element 3: {}',
  ]);
});

test('an array that breaks off is told from one that ends', async () => {
  expect(await pieces('[{},{"a":', 5)).toEqual([
    'line 1, element 1: {}',
    'line 1: The input ends within a JSON array: it is not complete.',
  ]);
  expect(await pieces('[{}, 1, {}]', 50)).toEqual([
    'line 1, element 1: {}',
    'line 1, behind element 1: Here the input stops being a JSON array of objects: what follows was not read.',
  ]);
});

test('nothing at all is no document', async () => {
  for (const text of ['', '\n \n', '[]']) expect(await pieces(text, 2)).toEqual([]);
});

test.each(['', '['])('what is too long to be a document is not kept, and what follows is read: "%s"', async (begin) => {
  const separator = begin === '' ? '\n' : '\n,';
  const found = await pieces(`${begin}{"a":"${'x'.repeat(17 * 1024 * 1024)}"}${separator}{}`, 1_000_000);
  expect(found[0]).toMatch(/^line 1.*has more than 16777216 bytes\.$/);
  expect(found[1]).toMatch(/^line 2.*: \{\}$/);
});

test('an event stream of the Web that breaks off before the data of an event is told from one that ends', async () => {
  const whole = 'id:1\nevent:any\ndata:{}\n\n';
  const broken = 'line 5: The input ends within an event: it is not complete.';
  for (const rest of ['i', 'id', 'id:', 'id:2', 'id:2\n', 'id:2\nevent:an', 'id:2\nevent:any\n']) {
    const [first, ...more] = await pieces(whole + rest, 5);
    expect([rest, first, more.length]).toEqual([rest, 'line 3: {}', 1]);
    if (rest.startsWith('id:')) expect(more).toEqual([broken]);
  }
  for (const rest of ['', '\n', ':comment', 'event:heartbeat\n\n', 'data:{}\nid:2']) {
    expect((await pieces(whole + rest, 5)).filter((each) => each.includes('not complete'))).toEqual([]);
  }
});

test('what is not UTF-8 is not taken for something else', async () => {
  const latin1 = Buffer.from('{"name":"M\u00fcller"}', 'latin1');
  const reason = 'It is not UTF-8: export it again, or convert the file, e.g. with iconv.';
  expect(await pieces(Buffer.concat([latin1, Buffer.from('\n{}')]), 5)).toEqual([`line 1: ${reason}`, 'line 2: {}']);
  expect(await pieces(Buffer.concat([Buffer.from('['), latin1, Buffer.from(',{}]')]), 5)).toEqual([
    `line 1, element 1: ${reason}`,
    'line 1, element 2: {}',
  ]);
  expect((await pieces(Buffer.from('\uFEFF{}\n', 'utf16le'), 50))[0]).toBe(`line 1: ${reason}`);
});

test('blank lines before everything else are not read again with each that follows', async () => {
  const before = process.cpuUsage();
  expect(await pieces(`${'\n'.repeat(4_000_000)}{}`, 1024)).toEqual(['line 4000001: {}']);
  expect(process.cpuUsage(before).user / 1_000).toBeLessThan(5_000);
});
