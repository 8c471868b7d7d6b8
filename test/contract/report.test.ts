import { expect, test } from 'vitest';
import type { Outcome } from './replay.ts';
import { reportOn } from './report.ts';

const outcome = (but: Partial<Outcome>): Outcome => ({
  exchange: {
    name: 'scenario/step',
    request: { method: 'GET', path: '/', headers: {}, body: null },
    response: { status: 200, headers: {}, body: '' },
  },
  expectation: undefined,
  compared: 85,
  patterned: 15,
  differences: [],
  ...but,
});

test('a run passes with every exchange and all its values counted', () => {
  const skipped = { ...outcome({}), reason: 'no such setting', values: 7 };
  const report = reportOn({ outcomes: [outcome({})], skipped: [skipped] }, [], new Set());
  expect(report).toMatchObject({ passed: 1, failed: 0, problems: [] });
  expect(report.text).toContain('1 exchanges skipped: no such setting');
  expect(report.text).toContain('85 values compared, 15 patterned (15.0 %), 7 skipped');
});

test('a difference fails its exchange and is printed', () => {
  const differences = [{ path: 'body.a', recorded: 1, ours: 2 }];
  const report = reportOn({ outcomes: [outcome({}), outcome({ differences })], skipped: [] }, [], new Set());
  expect(report).toMatchObject({ passed: 1, failed: 1 });
  expect(report.text).toContain('scenario/step\n  body.a\n    recorded 1\n    ours     2\n');
});

test('a run fails with more than 15 % of its values compared by their kind alone', () => {
  const report = reportOn({ outcomes: [outcome({ patterned: 16 })], skipped: [] }, [], new Set());
  expect(report).toMatchObject({ passed: 1, failed: 1 });
});

test('a run fails with a difference that docs/differences.md does not know', () => {
  const expectation = { row: 'a row', about: () => false, ours: {} };
  const run = { outcomes: [outcome({})], skipped: [] };
  expect(reportOn(run, [expectation], new Set(['another row']))).toMatchObject({ passed: 1, failed: 1 });
  expect(reportOn(run, [expectation], new Set(['a row']))).toMatchObject({ passed: 1, failed: 0 });
});
