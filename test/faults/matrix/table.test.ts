import { expect, it } from 'vitest';
import type { Result } from './result.ts';
import { BRIEF, WHOLE } from './scale.ts';
import { type Conditions, withTable } from './table.ts';

const ROWS = [
  { name: 'first', fault: 'one thing' },
  { name: 'second', fault: 'another thing' },
];
const PAGE = 'Before.\n\n<!-- table of `npm run faults` -->\n\n<!-- end of the table -->\n\nAfter.\n';
const MACHINE = {
  ...{ revision: '1234567', node: 'v24.0.0', system: 'linux 6 x64', processor: 'a processor', cores: 2, memoryGiB: 8 },
  ...{ loadAverage: 0, packages: {}, postgres: { version: '18.4', settings: {} }, temporal: { version: '1.30.0' } },
};
const GIVEN: Conditions = { scale: WHOLE, machine: MACHINE, day: '2026-01-31' };

const passed = (name: string, acknowledged: number): Result => ({
  ...{ name, fault: '', outcome: 'passed' },
  figures: { acknowledged, putOff: 0, prepared: 0, dueDuringFault: 0, worstLateness: 0, faultTime: 0, sign: '' },
});

/** The page after a run of the first row, and then one of the second. */
const pageAfter = (first: Conditions, second: Conditions): string =>
  withTable(withTable(PAGE, ROWS, [passed('first', 41)], first), ROWS, [passed('second', 42)], second);

it('a run leaves the rows alone that it has not run, and everything around the table', () => {
  const page = pageAfter(GIVEN, GIVEN);
  expect(page).toMatch(/^Before\.\n\n<!-- table.*-->\n\n8 clients, 200 records.* 30 seconds\. .*\n\n\| fault /);
  expect(page).toMatch(/\| one thing +\| 0\.0 s +\| 41 [^]*\| another thing +\| 0\.0 s +\| 42 [^]*\nAfter\.\n$/);
});

it('says on what the rows were run, and of each row when and of which commit', () => {
  const page = pageAfter(GIVEN, { ...GIVEN, day: '2026-02-01', machine: { ...MACHINE, revision: '89abcde-dirty' } });
  expect(page).toContain(' 2 cores (a processor), 8 GiB. Node v24.0.0, Postgres 18.4, Temporal 1.30.0.\n');
  expect(page).toMatch(/\| one thing .*\| 2026-01-31 1234567 +\| passed/);
  expect(page).toMatch(/\| another thing .*\| 2026-02-01 89abcde-dirty \| passed/);
});

it.each([
  ['of another scale', { ...GIVEN, scale: BRIEF }],
  ['on another machine', { ...GIVEN, machine: { ...MACHINE, cores: 64 } }],
  ['with another server', { ...GIVEN, machine: { ...MACHINE, temporal: { version: '1.29.0' } } }],
])('no row of a run %s stays', (_, before) => {
  const page = pageAfter(before, GIVEN);
  expect(page).not.toContain('41');
  expect(page).toMatch(/\| one thing .* not run: not asked for yet/);
});
