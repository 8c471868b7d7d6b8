import { describe, expect, test } from 'vitest';
import { checkRetrySpec, DEFAULT_RETRY_SPEC, nextRetryState, type RetrySpec } from '../../src/domain/index.ts';

const INT32_MAX = 2_147_483_647;

const spec = (changes: Partial<RetrySpec>): RetrySpec => ({ ...DEFAULT_RETRY_SPEC, ...changes });
const refusal = (code: string, message: string): unknown => ({ ok: false, code, message, reachedHandler: true });

const overflow = refusal('BadRequest', 'long overflow');
const beyond = refusal('BadRequest', 'Retry backoff exceeds the supported millisecond range.');

test('a failure that names no retry spec gets ten retries, three minutes of back-off and two to execute', () => {
  expect(DEFAULT_RETRY_SPEC).toEqual({ maxRetries: 10, minBackoff: 180, executionTimeout: 120 });
});

describe('the next retry', () => {
  test.each([
    [0, 180_000],
    [1, 360_000],
    [2, 720_000],
    [10, 184_320_000],
  ])('is due after a back-off that doubles with each of %i retries: %i ms', (retries, nextRetryAt) => {
    expect(nextRetryState(DEFAULT_RETRY_SPEC, retries, 0)).toEqual({
      retries,
      retryAt: 0,
      timeoutAt: 120_000,
      nextRetryAt,
    });
  });

  test('counts from the time of its attempt', () => {
    expect(nextRetryState(DEFAULT_RETRY_SPEC, 1, 1_756_699_999_950)).toEqual({
      retries: 1,
      retryAt: 1_756_699_999_950,
      timeoutAt: 1_756_700_119_950,
      nextRetryAt: 1_756_700_359_950,
    });
  });

  test('is due at once without a back-off, however many retries there were', () => {
    const state = nextRetryState(spec({ minBackoff: 0, executionTimeout: 0 }), 1_000, 5);
    expect(state).toEqual({ retries: 1_000, retryAt: 5, timeoutAt: 5, nextRetryAt: 5 });
  });

  test('times out exactly even after the longest execution time there is', () => {
    expect(nextRetryState(spec({ executionTimeout: INT32_MAX }), 0, 0)).toMatchObject({ timeoutAt: 2_147_483_647_000 });
  });

  test('may have started before 1970', () => {
    expect(nextRetryState(DEFAULT_RETRY_SPEC, 0, -1_000_000)).toMatchObject({
      retryAt: -1_000_000,
      nextRetryAt: -820_000,
    });
  });

  test.each([
    ['an attempt as late as 64 bits allow', spec({}), 0, 2 ** 63],
    ['an attempt as early as 64 bits allow', spec({}), 0, -(2 ** 63)],
    ['an attempt beyond what JSON numbers tell apart', spec({ minBackoff: 0, executionTimeout: 0 }), 0, 2 ** 53],
    ['a time-out beyond what JSON numbers tell apart', spec({ minBackoff: 0 }), 0, Number.MAX_SAFE_INTEGER - 119_999],
    ['a back-off beyond what JSON numbers tell apart', spec({}), 36, 0],
    ['a back-off beyond 64 bits', spec({}), 46, 0],
  ])('is refused as an overflow for %s', (_what, retrySpec, retries, retryAt) => {
    expect(nextRetryState(retrySpec, retries, retryAt)).toEqual(overflow);
  });

  test('may use every time that JSON numbers tell apart', () => {
    const latest = Number.MAX_SAFE_INTEGER - 120_000;
    expect(nextRetryState(spec({ minBackoff: 0 }), 0, latest)).toMatchObject({ timeoutAt: Number.MAX_SAFE_INTEGER });
    expect(nextRetryState(spec({ minBackoff: 120 }), 0, latest)).toMatchObject({
      nextRetryAt: Number.MAX_SAFE_INTEGER,
    });
    const earliest = Number.MIN_SAFE_INTEGER;
    expect(nextRetryState(spec({}), 0, earliest)).toMatchObject({ retryAt: earliest });
  });

  test('is refused once the power of two itself leaves 64 bits', () => {
    expect(nextRetryState(spec({ minBackoff: 1 }), 63, 0)).toEqual(beyond);
    expect(nextRetryState(spec({ minBackoff: 1 }), 62, 0)).toEqual(overflow);
  });
});

describe('a retry spec', () => {
  test.each([
    ['the default', {}],
    ['no retries', { maxRetries: 0 }],
    ['zeros', { maxRetries: 0, minBackoff: 0, executionTimeout: 0 }],
    ['the most retries that a back-off of 180 s allows', { maxRetries: 45 }],
    ['any number of retries without a back-off', { maxRetries: INT32_MAX, minBackoff: 0 }],
    ['the longest execution time', { executionTimeout: INT32_MAX }],
    ['the longest back-off', { maxRetries: 0, minBackoff: INT32_MAX }],
  ])('may be %s', (_what, changes) => {
    expect(checkRetrySpec(spec(changes))).toBeUndefined();
  });

  test.each([
    ['maxRetries', { maxRetries: -1 }],
    ['executionTimeout', { executionTimeout: -1 }],
    ['minBackoff', { minBackoff: -1 }],
  ])('is refused for a negative %s', (field, changes) => {
    expect(checkRetrySpec(spec(changes))).toEqual(
      refusal('IllegalArgument', `${field} must be greater than or equal to 0.`),
    );
  });

  test.each([
    ['maxRetries', { maxRetries: -1, executionTimeout: -1, minBackoff: -1 }],
    ['executionTimeout', { executionTimeout: -1, minBackoff: -1 }],
    ['minBackoff', { minBackoff: -1, maxRetries: 63 }],
  ])('with several mistakes is refused for %s first', (field, changes) => {
    expect(checkRetrySpec(spec(changes))).toMatchObject({ message: expect.stringContaining(field) as string });
  });

  test.each([
    [46, overflow],
    [62, overflow],
    [63, beyond],
    [INT32_MAX, beyond],
  ])('with a back-off of 180 s is refused for %i retries', (maxRetries, expected) => {
    expect(checkRetrySpec(spec({ maxRetries }))).toEqual(expected);
  });
});
