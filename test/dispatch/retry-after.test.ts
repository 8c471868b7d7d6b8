import { expect, test } from 'vitest';
import { parseRetryAfter } from '../../src/dispatch/retry-after.ts';

const NOW = Date.UTC(1994, 10, 6, 8, 49, 7);
const DAY = 24 * 60 * 60 * 1000;

test.each([
  ['120', NOW + 120_000],
  [' 5 ', NOW + 5_000],
  ['86400', NOW + DAY],
  ['86401', NOW + DAY],
  ['9'.repeat(400), NOW + DAY],
  ['Sun, 06 Nov 1994 08:49:37 GMT', NOW + 30_000],
  ['Sunday, 06-Nov-94 08:49:37 GMT', NOW + 30_000],
  ['Sun Nov  6 08:49:37 1994', NOW + 30_000],
  ['Sat, 06 Nov 2094 08:49:37 GMT', NOW + DAY],
])('"%s" asks to wait until %i', (value, until) => {
  expect(parseRetryAfter(value, NOW)).toBe(until);
});

test.each([
  ...[null, '', '0', '-5', '1.5', '1e3', '0x10', 'soon', '2094-11-06T08:49:37Z', 'Sun, 06 Nov 1994'],
  ...['Sun, 06 Nov 1994 08:49:07 GMT', 'Sun, 06 Nov 1994 08:48:00 GMT', 'Sun, 99 Foo 1994 08:49:37 GMT'],
])('"%s" asks for nothing', (value) => {
  expect(parseRetryAfter(value, NOW)).toBeNull();
});
