import { expect, test } from 'vitest';
import { countTests } from '../../local/test-count.ts';

const file = (status: string, ...tests: string[]) => ({
  status,
  assertionResults: tests.map((each) => ({ status: each })),
});
const report = (...files: ReturnType<typeof file>[]) => JSON.stringify({ testResults: files });

test('passed and failed tests are summed over the files', () => {
  const text = report(file('passed', 'passed', 'passed', 'skipped'), file('failed', 'passed', 'failed'));
  expect(countTests(text, 1)).toEqual({ passed: 3, failed: 1 });
});

test('a file that could not be run is a failure', () => {
  expect(countTests(report(file('failed', 'failed'), file('failed')), 1)).toEqual({ passed: 0, failed: 2 });
  expect(countTests(report(file('passed', 'passed'), file('failed')), 1)).toEqual({ passed: 1, failed: 1 });
});

test('a run that failed although every test passed has a failure', () => {
  expect(countTests(report(file('passed', 'passed')), 1)).toEqual({ passed: 1, failed: 1 });
});

test('a run without a report has a failure', () => {
  expect(countTests(null, 134)).toEqual({ passed: 0, failed: 1 });
});

test('a run of no tests has a failure', () => {
  expect(countTests(report(), 0)).toEqual({ passed: 0, failed: 1 });
});
