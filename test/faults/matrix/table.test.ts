import { expect, it } from 'vitest';
import type { Result } from './result.ts';
import { BRIEF, WHOLE } from './scale.ts';
import { withTable } from './table.ts';

const ROWS = [
  { name: 'first', fault: 'one thing' },
  { name: 'second', fault: 'another thing' },
];
const PAGE = 'Before.\n\n<!-- table of `npm run faults` -->\n\n<!-- end of the table -->\n\nAfter.\n';

const passed = (name: string, acknowledged: number): Result => ({
  ...{ name, fault: '', outcome: 'passed' },
  figures: { acknowledged, putOff: 0, prepared: 0, dueDuringFault: 0, worstLateness: 0, faultTime: 0, sign: '' },
});

it('a run leaves the rows alone that it has not run, and everything around the table', () => {
  const page = withTable(withTable(PAGE, ROWS, [passed('first', 41)], WHOLE), ROWS, [passed('second', 42)], WHOLE);
  expect(page).toMatch(/^Before\.\n\n<!-- table.*-->\n\n8 clients, 200 records.* 30 seconds\.\n\n\| fault /);
  expect(page).toMatch(/\| one thing +\| 0\.0 s +\| 41 [^]*\| another thing +\| 0\.0 s +\| 42 [^]*\nAfter\.\n$/);
});

it('no row of a run of another scale stays', () => {
  const page = withTable(withTable(PAGE, ROWS, [passed('first', 41)], BRIEF), ROWS, [passed('second', 42)], WHOLE);
  expect(page).not.toContain('41');
  expect(page).toMatch(/\| one thing .* not run: not asked for yet/);
});
