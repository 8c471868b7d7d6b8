import { expect, test } from 'vitest';
import { createTally } from '../../src/dispatch/index.ts';

const MINUTE = 60_000;
const failure = (executionId: string) => ({ executionId, attempt: 1, errorCode: 'Busy' });

test('a tally tells what happened to each target in the last hour', () => {
  let now = 100 * MINUTE;
  const tally = createTally(() => now);
  tally.delivered('orders');
  tally.delivered('orders');
  tally.succeeded('orders');
  tally.failed('orders', failure('a'));
  tally.delivered('mail');
  now += 59 * MINUTE;
  tally.delivered('orders');
  expect(tally.read('orders')).toEqual({
    delivered: 3,
    succeeded: 1,
    failed: 1,
    failures: [{ ...failure('a'), at: 100 * MINUTE }],
  });
  expect(tally.read('mail').delivered).toBe(1);
  now += MINUTE;
  expect(tally.read('orders')).toEqual({ delivered: 1, succeeded: 0, failed: 0, failures: [] });
  expect(tally.read('unheard of')).toEqual({ delivered: 0, succeeded: 0, failed: 0, failures: [] });
});

test('a tally remembers the newest ten failures, the newest first', () => {
  const tally = createTally(() => 0);
  for (let number = 1; number <= 12; number += 1) tally.failed('orders', failure(String(number)));
  const { failed, failures } = tally.read('orders');
  expect(failed).toBe(12);
  expect(failures.map(({ executionId }) => executionId)).toEqual('12 11 10 9 8 7 6 5 4 3'.split(' '));
});
