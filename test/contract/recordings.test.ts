import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type System, openSystem } from '../support/system.ts';
import { readDifferenceRows } from './differences-page.ts';
import { EXPECTATIONS } from './expectations/index.ts';
import { readRecording } from './recording.ts';
import { type Report, reportOn } from './report.ts';
import { type Run, environmentOf, playRecording } from './run.ts';
import { scenariosOf } from './scenario.ts';

const EXCHANGES = readRecording(fileURLToPath(new URL('golden', import.meta.url)));

let system: System;
let run: Run;
let report: Report;
beforeAll(async () => {
  system = await openSystem(environmentOf(EXCHANGES));
  run = await playRecording(EXCHANGES, system.redress.url, EXPECTATIONS);
  report = reportOn(run, EXPECTATIONS, readDifferenceRows());
}, 120_000);
afterAll(() => system.close());

test.each(scenariosOf(EXCHANGES).map(({ name }) => name))('%s is answered as by 8.10.10', (scenario) => {
  const outcomes = run.outcomes.filter(({ exchange }) => exchange.name.startsWith(`${scenario}/`));
  expect(outcomes.flatMap(({ exchange, differences }) => differences.map((each) => [exchange.name, each]))).toEqual([]);
});

test('every exchange is played', () => {
  expect(run.outcomes).toHaveLength(EXCHANGES.length);
  expect(run.skipped).toEqual([]);
});

test('few values are compared by their kind alone, and every difference has its row in docs/differences.md', () => {
  expect(report.problems).toEqual([]);
});

test('every difference that is expected occurs', () => {
  const met = new Set(run.outcomes.map(({ expectation }) => expectation));
  expect(EXPECTATIONS.filter((expectation) => !met.has(expectation)).map(({ row }) => row)).toEqual([]);
});
