import { describe, expect, test } from 'vitest';
import { idempotencyKey, prepareRetry } from '../../src/dispatch/index.ts';
import { command, create, ERROR, fail, FAILURE, given, ID, prepare, remove, succeed, T0 } from '../domain/given.ts';

const TIMEOUT_AT = T0 + 120_000;
const prepared = given([create(), T0], [prepare(), T0]);

describe('what is to be delivered', () => {
  test('of an attempt in flight is all that a service needs, but for the stack trace', () => {
    expect(prepareRetry(prepared, T0 + 1)).toEqual({
      executionId: ID,
      version: 2,
      attempt: 1,
      eventId: FAILURE.eventId,
      function: FAILURE.function,
      error: { errorCode: ERROR.errorCode, errorMsg: ERROR.errorMsg, succeeded: false },
      executeAt: T0,
      retrySpec: FAILURE.retrySpec,
      retryState: { retries: 1, retryAt: T0, timeoutAt: TIMEOUT_AT, nextRetryAt: T0 + 360_000 },
      recoverable: 'UNKNOWN',
      deadline: TIMEOUT_AT,
    });
  });

  test('names the fields that the last failure blamed', () => {
    const bindingErrors = [{ name: 'a', msg: 'b' }];
    const record = given([create({ error: { ...ERROR, bindingErrors } }), T0], [prepare(), T0]);
    expect(prepareRetry(record, T0)?.error).toMatchObject({ bindingErrors });
  });

  test('of a later version of the record is still the same attempt', () => {
    const changed = given(
      [create(), T0],
      [prepare(), T0],
      [command('change_function', { ...FAILURE.function, name: 'onPaid' }), T0],
    );
    expect(prepareRetry(changed, T0)).toMatchObject({ version: 3, attempt: 1, function: { name: 'onPaid' } });
  });

  test('is nothing from the timeoutAt on', () => {
    expect(prepareRetry(prepared, TIMEOUT_AT - 1)).not.toBeNull();
    expect(prepareRetry(prepared, TIMEOUT_AT)).toBeNull();
  });

  test.each([
    ['failed', given([create(), T0])],
    ['failed again', given([create(), T0], [prepare(), T0], [fail(), T0])],
    ['succeeded', given([create(), T0], [prepare(), T0], [succeed(), T0])],
    ['was deleted during the attempt', given([create(), T0], [prepare(), T0], [remove(), T0])],
  ])('is nothing where the execution %s', (_what, record) => {
    expect(prepareRetry(record, T0)).toBeNull();
  });

  test('is wanted back within an hour, however long the attempt may take', () => {
    const retrySpec = { maxRetries: 1, minBackoff: 0, executionTimeout: 7_200 };
    const long = given([create({ retrySpec }), T0], [prepare(), T0]);
    expect(prepareRetry(long, T0 + 5)?.deadline).toBe(T0 + 5 + 3_600_000);
    expect(prepareRetry(long, T0 + 3_600_001)?.deadline).toBe(T0 + 7_200_000);
  });
});

describe('the idempotency key', () => {
  test('is the same for every delivery of an attempt, and another for the next', () => {
    expect(idempotencyKey({ executionId: ID, attempt: 1 })).toBe(`${ID}:1`);
    expect(idempotencyKey({ executionId: ID, attempt: 2 })).toBe(`${ID}:2`);
  });

  test.each([
    ['a b', 'a%20b:1'],
    ['50%', '50%25:1'],
    ['g-中', 'g-%E4%B8%AD:1'],
    ['😀', '%F0%9F%98%80:1'],
    ['a\r\nb: c', 'a%0D%0Ab:%20c:1'],
    ['\u007f', '%7F:1'],
    ['\ud800', '%EF%BF%BD:1'],
    ["!#$&'()*+,/:;=?@[]~", "!#$&'()*+,/:;=?@[]~:1"],
  ])('of an execution with the id "%s" fits into a header: %s', (executionId, key) => {
    expect(idempotencyKey({ executionId, attempt: 1 })).toBe(key);
  });
});
