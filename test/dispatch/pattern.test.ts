import fc from 'fast-check';
import { expect, test } from 'vitest';
import { matchesPattern } from '../../src/dispatch/pattern.ts';

test.each([
  ['*', ''],
  ['*', 'anything'],
  ['**', 'x'],
  ['order-service', 'order-service'],
  ['order-*', 'order-'],
  ['*-service', 'order-service'],
  ['on*Paid', 'onOrderPaid'],
  ['a*b*c', 'abc'],
  ['a*b*c', 'a-b-b-c'],
  ['a*a', 'aa'],
  ['*a*', 'bab'],
  ['a.b', 'a.b'],
])('%s matches "%s"', (pattern, text) => {
  expect(matchesPattern(pattern, text)).toBe(true);
});

test.each([
  ['order-service', 'Order-service'],
  ['order-service', 'order-services'],
  ['order-*', 'order'],
  ['a*a', 'a'],
  ['ab*ba', 'aba'],
  ['a*b*c', 'acb'],
  ['a*bb*b', 'abb'],
  ['a.b', 'axb'],
  ['', 'x'],
])('%s does not match "%s"', (pattern, text) => {
  expect(matchesPattern(pattern, text)).toBe(false);
});

test('a pattern means what the regular expression with .* for each * means', () => {
  const letters = fc.string({ unit: fc.constantFrom('a', 'b', '*'), maxLength: 6 });
  const texts = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 10 });
  fc.assert(
    fc.property(letters, texts, (pattern, text) => {
      expect(matchesPattern(pattern, text)).toBe(new RegExp(`^${pattern.replaceAll('*', '.*')}$`).test(text));
    }),
    { numRuns: 2_000 },
  );
});

test('many stars take no time, whatever the text', () => {
  const startedAt = Date.now();
  expect(matchesPattern(`${'*a'.repeat(200)}*b`, 'a'.repeat(100_000))).toBe(false);
  expect(Date.now() - startedAt).toBeLessThan(500);
});
