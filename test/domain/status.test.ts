import { describe, expect, test } from 'vitest';
import {
  type Command,
  type CommandEnvelope,
  decide,
  type Decision,
  type ErrorDetails,
  type FunctionInfo,
  type RecoverableType,
} from '../../src/domain/index.ts';
import { command, create, fail, FAILURE, given, prepare, remove, succeed, T0 } from './given.ts';

const PREPARED_AT = T0 + 200_000;
const TIMEOUT_AT = PREPARED_AT + 120_000;

const failed = given([create(), T0]);
const prepared = given([create(), T0], [prepare(), PREPARED_AT]);
const failedAgain = given([create(), T0], [prepare(), PREPARED_AT], [fail(), PREPARED_AT + 1]);
const succeeded = given([create(), T0], [prepare(), PREPARED_AT], [succeed(), PREPARED_AT + 1]);
/** Two of two retries are used up; the second is still running. */
const lastAttempt = given([create(), T0], [prepare(), PREPARED_AT], [fail(), PREPARED_AT], [prepare(), PREPARED_AT]);
const exhausted = given(
  ...([
    [create(), T0],
    [prepare(), PREPARED_AT],
    [fail(), PREPARED_AT],
    [prepare(), PREPARED_AT],
    [fail(), PREPARED_AT + 1],
  ] as const),
);
const unrecoverable = given([create({ recoverable: 'UNRECOVERABLE' }), T0]);

const refused = (code: string, message: string): unknown => ({ ok: false, code, message, reachedHandler: true });
const cannotRetry = refused('IllegalState', 'ExecutionFailed can not retry.');
const cannotForceRetry = refused('IllegalState', 'ExecutionFailed can not force retry.');
const notPrepared = refused('IllegalState', 'ExecutionFailed is not prepared.');

const PREPARES: readonly (readonly [string, Command, unknown])[] = [
  ['prepare_compensation', command('prepare_compensation', {}), cannotRetry],
  ['force_prepare_compensation', command('force_prepare_compensation', {}), cannotForceRetry],
];

describe.each(PREPARES)('%s', (_name, prepareNow, cannot) => {
  test('starts the next attempt now, long before its back-off if somebody wants it so', () => {
    expect(decide(failed, prepareNow, T0 + 1)).toEqual({
      ok: true,
      event: {
        name: 'compensation_prepared',
        body: {
          eventId: FAILURE.eventId,
          function: FAILURE.function,
          retryState: { retries: 1, retryAt: T0 + 1, timeoutAt: T0 + 120_001, nextRetryAt: T0 + 360_001 },
        },
      },
    });
  });

  test('starts the second attempt after the first has failed', () => {
    expect(decide(failedAgain, prepareNow, T0)).toMatchObject({
      event: { body: { retryState: { retries: 2, retryAt: T0 } } },
    });
  });

  test('takes an unrecoverable failure too: only the timer passes it over', () => {
    expect(decide(unrecoverable, prepareNow, T0)).toMatchObject({ ok: true });
  });

  test.each([PREPARED_AT, TIMEOUT_AT - 1, TIMEOUT_AT])(
    'is refused while an attempt runs until its timeoutAt (%i)',
    (now) => {
      expect(decide(prepared, prepareNow, now)).toEqual(cannot);
    },
  );

  test('starts the next attempt one millisecond after the timeoutAt of the last', () => {
    expect(decide(prepared, prepareNow, TIMEOUT_AT + 1)).toMatchObject({
      event: { body: { retryState: { retries: 2, retryAt: TIMEOUT_AT + 1 } } },
    });
  });

  test('is refused once the execution has succeeded', () => {
    expect(decide(succeeded, prepareNow, TIMEOUT_AT + 1)).toEqual(cannot);
  });

  test('uses the retry spec and function as they are now', () => {
    const changed = given(
      [create(), T0],
      [command('apply_retry_spec', { maxRetries: 5, minBackoff: 1, executionTimeout: 9 }), T0],
      [command('change_function', { ...FAILURE.function, name: 'onPaid' }), T0],
    );
    expect(decide(changed, prepareNow, T0)).toMatchObject({
      event: {
        body: {
          function: { name: 'onPaid' },
          retryState: { retries: 1, retryAt: T0, timeoutAt: T0 + 9_000, nextRetryAt: T0 + 2_000 },
        },
      },
    });
  });

  test('is refused as an overflow where the next times leave the range', () => {
    expect(decide(failed, prepareNow, Number.MAX_SAFE_INTEGER)).toEqual(refused('BadRequest', 'long overflow'));
  });
});

describe('with all retries used up', () => {
  test('prepare_compensation is refused', () => {
    expect(decide(exhausted, prepare(), T0)).toEqual(cannotRetry);
  });

  test('prepare_compensation is refused after the time-out of the last attempt too', () => {
    expect(decide(lastAttempt, prepare(), TIMEOUT_AT + 1)).toEqual(cannotRetry);
  });

  test('force_prepare_compensation goes on counting', () => {
    expect(decide(exhausted, command('force_prepare_compensation', {}), T0)).toMatchObject({
      event: { body: { retryState: { retries: 3 } } },
    });
  });

  test('a retry spec with more retries makes prepare_compensation possible again', () => {
    const more = command('apply_retry_spec', { ...FAILURE.retrySpec, maxRetries: 3 });
    const raised = given([create(), T0], [prepare(), T0], [fail(), T0], [prepare(), T0], [fail(), T0], [more, T0]);
    expect(decide(raised, prepare(), T0)).toMatchObject({ ok: true });
  });
});

describe('apply_execution_success', () => {
  test('ends a prepared execution', () => {
    expect(decide(prepared, succeed(T0 + 7), PREPARED_AT)).toEqual({
      ok: true,
      event: { name: 'execution_success_applied', body: { executeAt: T0 + 7 } },
    });
  });

  test('is welcome after the time-out, as long as no other attempt was reported', () => {
    expect(decide(prepared, succeed(), TIMEOUT_AT + 1_000_000)).toMatchObject({ ok: true });
  });

  test('of an earlier attempt ends the execution while a later one runs', () => {
    expect(decide(lastAttempt, { ...succeed(), attempt: 1 }, PREPARED_AT)).toMatchObject({ ok: true });
  });

  test.each([
    ['failed', failed],
    ['succeeded', succeeded],
  ])('is refused once the execution has %s', (_status, record) => {
    expect(decide(record, succeed(), PREPARED_AT)).toEqual(notPrepared);
  });
});

describe('apply_execution_failed', () => {
  const OTHER: ErrorDetails = { errorCode: 'Timeout', errorMsg: 'gave up', stackTrace: '', succeeded: false };
  const report = (recoverable?: RecoverableType, envelope: Partial<CommandEnvelope> = {}): Command =>
    command(
      'apply_execution_failed',
      { error: OTHER, executeAt: T0 + 7, ...(recoverable === undefined ? {} : { recoverable }) },
      envelope,
    );
  const applied = (recoverable: RecoverableType): Decision => ({
    ok: true,
    event: { name: 'execution_failed_applied', body: { error: OTHER, executeAt: T0 + 7, recoverable } },
  });

  test.each(['RECOVERABLE', 'UNRECOVERABLE', 'UNKNOWN'] as const)('takes over the error and %s', (recoverable) => {
    expect(decide(prepared, report(recoverable), PREPARED_AT)).toEqual(applied(recoverable));
  });

  test('that says nothing of recoverable, as of a delivery, keeps what somebody marked meanwhile', () => {
    const marked = given(
      [create(), T0],
      [prepare(), T0],
      [command('mark_recoverable', { recoverable: 'UNRECOVERABLE' }), T0],
    );
    expect(decide(marked, report(), PREPARED_AT)).toEqual(applied('UNRECOVERABLE'));
  });

  test.each([
    ['failed', failed],
    ['succeeded', succeeded],
  ])('is refused once the execution has %s, also for a wrong attempt', (_status, record) => {
    expect(decide(record, report(), PREPARED_AT)).toEqual(notPrepared);
    expect(decide(record, report('UNKNOWN', { attempt: 9 }), PREPARED_AT)).toEqual(notPrepared);
  });

  test('of the attempt that runs is accepted', () => {
    expect(decide(lastAttempt, report('UNKNOWN', { attempt: 2 }), PREPARED_AT)).toMatchObject({ ok: true });
  });

  test.each([0, 1, 3])('of attempt %i is refused while attempt 2 runs', (attempt) => {
    expect(decide(lastAttempt, report('UNKNOWN', { attempt }), PREPARED_AT)).toEqual(
      refused('CommandExpectVersionConflict', `The reported attempt[${attempt}] is not the current attempt[2].`),
    );
  });
});

const ANY_STATUS = [
  ['FAILED', failed],
  ['PREPARED', prepared],
  ['SUCCEEDED', succeeded],
] as const;

describe.each(ANY_STATUS)('in status %s', (_status, record) => {
  test('apply_retry_spec replaces the retry spec, also by the same one', () => {
    const body = { maxRetries: 2, minBackoff: 180, executionTimeout: 120 };
    expect(decide(record, command('apply_retry_spec', body), T0)).toEqual({
      ok: true,
      event: { name: 'retry_spec_applied', body },
    });
  });

  test('apply_retry_spec puts nothing into the event but its three numbers', () => {
    const body = { maxRetries: 1, minBackoff: 1, executionTimeout: 1, id: 'x' };
    expect(decide(record, command('apply_retry_spec', body), T0)).toEqual({
      ok: true,
      event: { name: 'retry_spec_applied', body: { maxRetries: 1, minBackoff: 1, executionTimeout: 1 } },
    });
  });

  test.each([
    ['IllegalArgument', 'maxRetries must be greater than or equal to 0.', { maxRetries: -1 }],
    ['BadRequest', 'Retry backoff exceeds the supported millisecond range.', { maxRetries: 63 }],
    ['BadRequest', 'long overflow', { maxRetries: 46 }],
  ])('apply_retry_spec is refused as %s: %s', (code, message, changes) => {
    const body = { ...FAILURE.retrySpec, ...changes };
    expect(decide(record, command('apply_retry_spec', body), T0)).toEqual(refused(code, message));
  });

  test.each<[keyof FunctionInfo, FunctionInfo]>([
    ['functionKind', { ...FAILURE.function, functionKind: 'STATE_EVENT' }],
    ['contextName', { ...FAILURE.function, contextName: 'c2' }],
    ['processorName', { ...FAILURE.function, processorName: 'p2' }],
    ['name', { ...FAILURE.function, name: '' }],
  ])('change_function replaces the function where only its %s differs', (_field, body) => {
    expect(decide(record, command('change_function', body), T0)).toEqual({
      ok: true,
      event: { name: 'function_changed', body },
    });
  });

  test('change_function puts nothing into the event but its four texts', () => {
    const body = { ...FAILURE.function, name: 'n2', id: 'x' };
    expect(decide(record, command('change_function', body), T0)).toEqual({
      ok: true,
      event: { name: 'function_changed', body: { ...FAILURE.function, name: 'n2' } },
    });
  });

  test('change_function to the function that it is already is refused', () => {
    expect(decide(record, command('change_function', { ...FAILURE.function }), T0)).toEqual(
      refused(
        'IllegalArgument',
        'ExecutionFailed function is already changed to FunctionInfoData(functionKind=EVENT, contextName=notice-service, processorName=OrderNoticeSaga, name=onOrderPaid).',
      ),
    );
  });

  test.each(['RECOVERABLE', 'UNRECOVERABLE'] as const)('mark_recoverable marks it %s', (recoverable) => {
    expect(decide(record, command('mark_recoverable', { recoverable }), T0)).toEqual({
      ok: true,
      event: { name: 'recoverable_marked', body: { recoverable } },
    });
  });

  test('mark_recoverable as what it is already is refused', () => {
    expect(decide(record, command('mark_recoverable', { recoverable: 'UNKNOWN' }), T0)).toEqual(
      refused('IllegalArgument', 'ExecutionFailed recoverable is already marked to UNKNOWN.'),
    );
  });

  test('default_delete_aggregate deletes it', () => {
    expect(decide(record, remove(), T0)).toEqual({ ok: true, event: { name: 'default_aggregate_deleted', body: {} } });
  });

  test('default_apply_resource_tags takes the tags over', () => {
    const tags = { env: ['prod', 'eu'], x: [] };
    expect(decide(record, command('default_apply_resource_tags', { tags }), T0)).toEqual({
      ok: true,
      event: { name: 'default_resource_tags_applied', body: { tags } },
    });
  });
});
