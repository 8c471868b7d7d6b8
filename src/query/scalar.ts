import type { Comparison } from './comparison.ts';
import type { Test } from './predicate.ts';
import { fold } from './folding.ts';

/** Whether a text or boolean that is known beforehand passes a test (query contract 4.2, 5.2). */
export function passes(value: string | boolean, test: Test): boolean {
  switch (test.is) {
    case 'equal':
      return test.values.includes(value);
    case 'compared':
      return typeof test.bound === typeof value && inOrder(order(value, test.bound as string | boolean), test.by);
    case 'text':
      return typeof value === 'string' && isAt(value, test);
    case 'present':
      return true;
  }
}

/** Texts by their bytes, false before true. */
function order(one: string | boolean, other: string | boolean): number {
  return Buffer.compare(Buffer.from(String(one)), Buffer.from(String(other)));
}

function inOrder(order: number, by: Comparison): boolean {
  switch (by) {
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '>':
      return order > 0;
    case '>=':
      return order >= 0;
  }
}

function isAt(value: string, { at, text, ignoreCase }: Extract<Test, { is: 'text' }>): boolean {
  const whole = ignoreCase ? fold(value) : value;
  switch (at) {
    case 'start':
      return whole.startsWith(text);
    case 'end':
      return whole.endsWith(text) || whole.endsWith(`${text}\n`);
    case 'anywhere':
      return whole.includes(text);
  }
}
