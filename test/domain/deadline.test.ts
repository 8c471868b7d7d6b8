import { describe, expect, test } from 'vitest';
import {
  type Command,
  deadline,
  decide,
  type EventStream,
  MAX_POSTPONEMENT,
  NOT_BEFORE_HEADER,
  notBeforeAfter,
} from '../../src/domain/index.ts';
import {
  command,
  create,
  ERROR,
  fail,
  FAILURE,
  given,
  prepare,
  recover,
  remove,
  streamsOf,
  succeed,
  T0,
} from './given.ts';

const PREPARED_AT = T0 + 200_000;
const BACKOFF_1 = 360_000;
const spec = (changes: Partial<typeof FAILURE.retrySpec>): Command =>
  create({ retrySpec: { ...FAILURE.retrySpec, ...changes } });

describe('the deadline', () => {
  test('of a failure is its nextRetryAt', () => {
    expect(deadline(given([create(), T0]), null)).toBe(T0 + 180_000);
  });

  test('of an attempt in flight is its nextRetryAt where the back-off is longer than the execution may take', () => {
    expect(deadline(given([create(), T0], [prepare(), PREPARED_AT]), null)).toBe(PREPARED_AT + BACKOFF_1);
  });

  test('of an attempt in flight is the first instant after its timeoutAt where the execution may take longer', () => {
    const record = given([spec({ minBackoff: 1, executionTimeout: 120 }), T0], [prepare(), PREPARED_AT]);
    expect(deadline(record, null)).toBe(PREPARED_AT + 120_001);
  });

  test('is the first instant at which the attempt counts as timed out', () => {
    const record = given([spec({ minBackoff: 0 }), T0], [prepare(), PREPARED_AT]);
    const due = deadline(record, null);
    if (due === null) throw new Error('it has no deadline');
    expect(decide(record, prepare(), due)).toMatchObject({ ok: true });
    expect(decide(record, prepare(), due - 1)).toMatchObject({ ok: false });
  });

  test('of a failure does not wait for the timeoutAt of the attempt that failed', () => {
    const record = given(
      [spec({ minBackoff: 1, executionTimeout: 120 }), T0],
      [prepare(), PREPARED_AT],
      [fail(), PREPARED_AT],
    );
    expect(deadline(record, null)).toBe(PREPARED_AT + 2_000);
  });

  test.each([
    ['succeeded', given([create(), T0], [prepare(), T0], [succeed(), T0])],
    ['is deleted', given([create(), T0], [remove(), T0])],
    ['is unrecoverable', given([create({ recoverable: 'UNRECOVERABLE' }), T0])],
    ['may not be retried at all', given([spec({ maxRetries: 0 }), T0])],
    ['has used up its retries', given([spec({ maxRetries: 1 }), T0], [prepare(), T0], [fail(), T0])],
    ['is in its last attempt', given([spec({ maxRetries: 1 }), T0], [prepare(), T0])],
    [
      'was marked unrecoverable during the attempt',
      given([create(), T0], [prepare(), T0], [command('mark_recoverable', { recoverable: 'UNRECOVERABLE' }), T0]),
    ],
  ])('is none where the execution %s', (_what, record) => {
    expect(deadline(record, null)).toBeNull();
    expect(deadline(record, T0 + 1)).toBeNull();
  });

  test.each(['UNKNOWN', 'RECOVERABLE'] as const)('stands where the failure is %s', (recoverable) => {
    expect(deadline(given([create({ recoverable }), T0]), null)).toBe(T0 + 180_000);
  });

  test('is back where it was when a deleted record is recovered', () => {
    expect(deadline(given([create(), T0], [remove(), T0], [recover(), T0]), null)).toBe(T0 + 180_000);
  });

  test('does not move with a new retry spec, but is there again when that leaves retries', () => {
    const more = command('apply_retry_spec', { maxRetries: 9, minBackoff: 1, executionTimeout: 1 });
    const record = given(
      [spec({ maxRetries: 1 }), T0],
      [prepare(), PREPARED_AT],
      [fail(), PREPARED_AT],
      [more, PREPARED_AT],
    );
    expect(deadline(record, null)).toBe(PREPARED_AT + BACKOFF_1);
  });

  test('is postponed by notBefore, never brought forward', () => {
    const record = given([create(), T0]);
    expect(deadline(record, T0 + 180_001)).toBe(T0 + 180_001);
    expect(deadline(record, T0 + 179_999)).toBe(T0 + 180_000);
  });
});

describe('notBefore', () => {
  const asking = (value: string): EventStream => {
    const report: Command = {
      ...command('apply_execution_failed', { error: ERROR, executeAt: T0 }),
      header: { [NOT_BEFORE_HEADER]: value },
    };
    return last(streamsOf([create(), T0], [prepare(), T0], [report, PREPARED_AT]));
  };
  const last = (streams: readonly EventStream[]): EventStream => {
    const stream = streams.at(-1);
    if (stream === undefined) throw new Error('there is no stream');
    return stream;
  };

  test('is what the outcome of a delivery asks for', () => {
    expect(notBeforeAfter(null, asking(String(PREPARED_AT + 5_000)))).toBe(PREPARED_AT + 5_000);
  });

  test('is at most 24 hours after the outcome', () => {
    const day = 24 * 60 * 60 * 1000;
    expect(MAX_POSTPONEMENT).toBe(day);
    expect(notBeforeAfter(null, asking(String(PREPARED_AT + day)))).toBe(PREPARED_AT + day);
    expect(notBeforeAfter(null, asking(String(PREPARED_AT + day + 1)))).toBe(PREPARED_AT + day);
  });

  test.each(['soon', 'Infinity', '1.5', '1e400', '9007199254740993'])('is none where %s is asked for', (value) => {
    expect(notBeforeAfter(PREPARED_AT, asking(value))).toBeNull();
  });

  test('ends with a failure that asks for nothing', () => {
    const streams = streamsOf([create(), T0], [prepare(), T0], [fail(), T0]);
    expect(notBeforeAfter(PREPARED_AT, last(streams))).toBeNull();
  });

  test('is spent by the next attempt', () => {
    expect(notBeforeAfter(PREPARED_AT, last(streamsOf([create(), T0], [prepare(), T0])))).toBeNull();
  });

  test.each([
    ['a new retry spec', [command('apply_retry_spec', FAILURE.retrySpec)]],
    ['a new function', [command('change_function', { ...FAILURE.function, name: 'n2' })]],
    ['a mark', [command('mark_recoverable', { recoverable: 'RECOVERABLE' })]],
    ['tags', [command('default_apply_resource_tags', { tags: {} })]],
    ['deletion', [remove()]],
    ['recovery', [remove(), recover()]],
  ])('outlasts %s', (_what, commands) => {
    const streams = streamsOf([create(), T0], ...commands.map((of) => [of, T0] as const));
    expect(notBeforeAfter(PREPARED_AT, last(streams))).toBe(PREPARED_AT);
  });
});
