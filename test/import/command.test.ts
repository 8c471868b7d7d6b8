import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { readConfig } from '../../src/config.ts';
import { importFile, readImportFiles } from '../../src/import.ts';
import { SILENT, type TestStore, openStore } from '../support/store.ts';
import { lifeOf, linesOf } from './given.ts';

let store: TestStore;
let folder: string;
beforeAll(async () => {
  [store, folder] = await Promise.all([openStore(), mkdtemp(join(tmpdir(), 'redress-import-'))]);
});
afterAll(async () => {
  await Promise.all([store.close(), rm(folder, { recursive: true })]);
});

/** Runs the command in this process. */
async function run(...args: readonly string[]): Promise<{ code: number; out: string }> {
  const files = readImportFiles(args);
  if (files === null) throw new Error('the arguments are not understood');
  const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  try {
    const code = await importFile(readConfig({ DATABASE_URL: store.url }), SILENT, files);
    return { code, out: write.mock.calls.map(([text]) => String(text)).join('') };
  } finally {
    write.mockRestore();
  }
}

it('says what came of it, by its exit code too, and keeps what was refused in a file', async () => {
  const [file, refused] = [join(folder, 'lines.ndjson'), join(folder, 'refused.ndjson')];
  await writeFile(file, `${linesOf(lifeOf('file-1'))}rubbish\n`);
  expect(await run(file, '--refused', refused)).toEqual({
    code: 1,
    out: `Event streams: 4 read, 3 taken, 0 there already, 1 refused.\nWhat was refused, and why, is in ${refused}.\n`,
  });
  expect(JSON.parse(await readFile(refused, 'utf8'))).toEqual({
    place: 'line 4',
    aggregateId: null,
    version: null,
    reason: expect.stringMatching(/^It is not JSON: /) as string,
  });
  await writeFile(file, linesOf(lifeOf('file-1')));
  expect(await run(file)).toEqual({
    code: 0,
    out: 'Event streams: 3 read, 0 taken, 3 there already, 0 refused.\nNothing has changed.\n',
  });
});

it('names the file that it cannot read or write', async () => {
  await expect(run(join(folder, 'missing'))).rejects.toThrow(/missing cannot be read \(ENOENT/);
  await expect(run(folder)).rejects.toThrow(/cannot be read \(EISDIR/);
  await expect(run('-', '--refused', folder)).rejects.toThrow(/cannot be written \(EISDIR/);
});

it('does not write what was refused over what it reads', async () => {
  const [file, link] = [join(folder, 'same.ndjson'), join(folder, 'link.ndjson')];
  await writeFile(file, 'rubbish\n');
  await symlink(file, link);
  for (const refused of [file, link]) {
    await expect(run(file, '--refused', refused)).rejects.toThrow(/cannot be written \(it is what is to be imported\)/);
  }
  expect(await readFile(file, 'utf8')).toBe('rubbish\n');
});

it('wants one file', () => {
  expect(readImportFiles(['-'])).toEqual({ input: '-', refused: null });
  for (const args of [[], ['a', 'b'], ['--refused', 'a'], ['a', '--force']]) expect(readImportFiles(args)).toBeNull();
});
