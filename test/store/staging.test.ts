import { afterAll, beforeAll, expect, it } from 'vitest';
import { FIRST_STAGED, type StagedStream, openStaging } from '../../src/store/index.ts';
import { type TestStore, openStore } from '../support/store.ts';

let store: TestStore;
beforeAll(async () => {
  store = await openStore();
});
afterAll(() => store.close());

it('gives staged event streams by record and version, no more bytes at a time than are asked for, or one alone', async () => {
  const staging = await openStaging(store);
  if (staging === null) throw new Error('somebody else imports');
  const sizes = [4_000, 6_000, 1_000, 20_000, 3_000];
  const streams = sizes.map((size, index) => ({
    aggregateId: `record-${index}`,
    version: 1,
    number: sizes.length - index,
    place: `line ${index}`,
    document: '\u00e4'.repeat(size / 2),
  }));
  await staging.add(streams.toReversed());
  const pages: string[][] = [];
  let after: Pick<StagedStream, 'aggregateId' | 'version' | 'number'> = FIRST_STAGED;
  for (;;) {
    const page: StagedStream[] = await staging.read(after, { count: 10, size: 10_000 });
    const last = page.at(-1);
    if (last === undefined) break;
    after = last;
    pages.push(page.map(({ place }) => place));
  }
  expect(pages).toEqual([['line 0', 'line 1'], ['line 2'], ['line 3'], ['line 4']]);
  expect(await staging.read(FIRST_STAGED, { count: 1, size: 10_000 })).toEqual([streams[0]]);
  await staging.close();
});
