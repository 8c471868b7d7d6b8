import { ApplicationFailure, type TemporalFailure, TimeoutFailure } from '@temporalio/common';
import { describe, expect, it } from 'vitest';
import { retryFailed } from '../../workflows/retry-failure.ts';

const EXECUTOR = { target: 'notices', queue: 'notice-retries', namespace: 'default', limit: 60_000 };
const NOW = 1_000_000;

type Options = Parameters<typeof ApplicationFailure.create>[0];
const failureOf = (options: Options): ApplicationFailure => ApplicationFailure.create(options);
const judged = (failure: unknown) => retryFailed(failure, EXECUTOR, NOW);

describe('a retry that failed on a task queue', () => {
  it('tells of what caused its error', () => {
    const cause = failureOf({ type: 'Refused', message: 'no route' });
    const outer = failureOf({ type: 'MailLost', message: 'not sent', cause });
    outer.stack = 'at outer';
    cause.stack = 'at inner';
    expect(judged(outer)).toEqual({
      kind: 'failed',
      error: {
        errorCode: 'MailLost',
        errorMsg: 'not sent',
        stackTrace: 'at outer\nCaused by: Refused: no route\nat inner',
        succeeded: false,
      },
      executeAt: NOW,
      notBefore: null,
    });
  });

  it.each([
    ['names one', { details: [{ recoverable: 'UNKNOWN' }] }, 'UNKNOWN'],
    ['names one in small letters', { details: [{ recoverable: 'unrecoverable' }] }, 'UNRECOVERABLE'],
    ['names one that there is not', { details: [{ recoverable: 'PERHAPS' }] }, undefined],
    ['is not to be retried', { nonRetryable: true }, 'UNRECOVERABLE'],
    [
      'is not to be retried, but says otherwise',
      { nonRetryable: true, details: [{ recoverable: 'RECOVERABLE' }] },
      'RECOVERABLE',
    ],
    ['says nothing', { details: ['a text', { recoverable: 'UNKNOWN' }] }, undefined],
  ])('has the recoverability of a failure that %s', (_what, options, recoverable) => {
    expect((judged(failureOf(options)) as { recoverable?: string }).recoverable).toBe(recoverable);
  });

  it('takes over binding errors that are such', () => {
    const good = { name: 'quantity', msg: 'is too large' };
    const details = [{ bindingErrors: [{ ...good, more: 1 }, { name: 1, msg: 'x' }, null] }];
    expect(judged(failureOf({ details }))).toMatchObject({ error: { bindingErrors: [good] } });
    expect(judged(failureOf({ details: [{ bindingErrors: 'none' }] }))).not.toHaveProperty('error.bindingErrors');
  });

  it('is postponed by the delay that the message of Temporal holds', () => {
    const delayed = (nextRetryDelay: { seconds: number; nanos: number } | null): TemporalFailure => {
      const failure = failureOf({ message: 'later' });
      const seconds = { toNumber: () => nextRetryDelay?.seconds ?? 0 };
      const delay = nextRetryDelay === null ? null : { seconds, nanos: nextRetryDelay.nanos };
      Object.assign(failure, { failure: { applicationFailureInfo: { nextRetryDelay: delay } } });
      return failure;
    };
    expect(judged(delayed({ seconds: 3, nanos: 500_000_000 }))).toMatchObject({ notBefore: NOW + 3_500 });
    expect(judged(delayed({ seconds: 0, nanos: 0 }))).toMatchObject({ notBefore: null });
    expect(judged(delayed(null))).toMatchObject({ notBefore: null });
  });

  it.each([
    ['SCHEDULE_TO_START', 'NoWorker'],
    ['SCHEDULE_TO_CLOSE', 'RequestTimeout'],
    ['START_TO_CLOSE', 'RequestTimeout'],
    ['HEARTBEAT', 'HeartbeatTimeout'],
  ] as const)('by the timeout %s has the code %s', (type, errorCode) => {
    expect(judged(new TimeoutFailure('timed out', undefined, type))).toMatchObject({ error: { errorCode } });
  });

  it.each([undefined, '', ' ', 'Ok'])('has a code of its own where its type is %j', (type) => {
    expect(judged(failureOf(type === undefined ? {} : { type }))).toMatchObject({
      error: {
        errorCode: 'RetryFailed',
        errorMsg: 'Target "notices" (task queue "notice-retries") failed without a message.',
      },
    });
  });
});
