import { describe, expect, test } from 'vitest';
import { type Command, type EventStream, evolve, type Snapshot } from '../../src/domain/index.ts';
import {
  command,
  create,
  ERROR,
  fail,
  FAILURE,
  given,
  ID,
  prepare,
  recover,
  remove,
  streamsOf,
  succeed,
  T0,
} from './given.ts';

const T1 = T0 + 1_000;
const T2 = T0 + 2_000;

const created = given([create(), T0]);
const prepared = given([create(), T0], [prepare(), T1]);

const by = (operator: string, of: Command): Command => ({ ...of, header: { command_operator: operator } });

/** The only stream of a new record, with `changes`. */
function firstStream(changes: Partial<EventStream> = {}): EventStream {
  const [stream] = streamsOf([create(), T0]);
  if (stream === undefined) throw new Error('there is no stream');
  return { ...stream, ...changes };
}

test('the first event makes the whole record', () => {
  const stream = firstStream({ header: { command_operator: 'ann' }, ownerId: 'alice', spaceId: 'blue' });
  expect(evolve(null, stream)).toEqual({
    contextName: 'compensation-service',
    aggregateName: 'execution_failed',
    aggregateId: ID,
    tenantId: '(0)',
    ownerId: 'alice',
    spaceId: 'blue',
    version: 1,
    eventId: stream.id,
    firstOperator: 'ann',
    operator: 'ann',
    firstEventTime: T0,
    eventTime: T0,
    snapshotTime: T0,
    state: {
      id: ID,
      eventId: FAILURE.eventId,
      function: FAILURE.function,
      error: ERROR,
      executeAt: T0,
      retrySpec: FAILURE.retrySpec,
      retryState: { retries: 0, retryAt: T0, timeoutAt: T0 + 120_000, nextRetryAt: T0 + 180_000 },
      status: 'FAILED',
      recoverable: 'UNKNOWN',
      isBelowRetryThreshold: true,
      isRetryable: true,
    },
    tags: {},
    deleted: false,
  });
});

test('a later event brings its own id, time and operator, and leaves those of the first', () => {
  const streams = streamsOf([by('ann', create()), T0], [by('ben', prepare()), T1]);
  const record = streams.reduce<Snapshot | null>(evolve, null);
  expect(record).toMatchObject({
    version: 2,
    eventId: streams[1]?.id,
    firstOperator: 'ann',
    operator: 'ben',
    firstEventTime: T0,
    eventTime: T1,
    snapshotTime: T1,
  });
});

test('an event of nobody leaves no operator behind', () => {
  expect(given([by('ann', create()), T0], [prepare(), T1])).toMatchObject({ firstOperator: 'ann', operator: '' });
  expect(given([create(), T0], [by('ben', prepare()), T1])).toMatchObject({ firstOperator: '', operator: 'ben' });
});

describe('of the state', () => {
  const retryState = { retries: 1, retryAt: T1, timeoutAt: T1 + 120_000, nextRetryAt: T1 + 360_000 };

  test('compensation_prepared changes the retry state and the status', () => {
    expect(prepared.state).toEqual({ ...created.state, retryState, status: 'PREPARED' });
  });

  test('execution_failed_applied changes error, time, recoverable and status, and leaves the retry state', () => {
    const error = {
      errorCode: 'X',
      errorMsg: 'm',
      stackTrace: 's',
      bindingErrors: [{ name: 'a', msg: 'b' }],
      succeeded: false,
    };
    const report = command('apply_execution_failed', { error, executeAt: T2, recoverable: 'RECOVERABLE' });
    const record = given([create(), T0], [prepare(), T1], [report, T2]);
    const changes = { error, executeAt: T2, recoverable: 'RECOVERABLE', status: 'FAILED' };
    expect(record.state).toEqual({ ...prepared.state, ...changes });
  });

  test('execution_success_applied changes time and status, and ends being retryable', () => {
    const record = given([create(), T0], [prepare(), T1], [succeed(T2), T2]);
    expect(record.state).toEqual({ ...prepared.state, executeAt: T2, status: 'SUCCEEDED', isRetryable: false });
  });

  test('retry_spec_applied changes the retry spec and calculates nothing anew', () => {
    const retrySpec = { maxRetries: 9, minBackoff: 1, executionTimeout: 1 };
    const record = given([create(), T0], [prepare(), T1], [command('apply_retry_spec', retrySpec), T2]);
    expect(record.state).toEqual({ ...prepared.state, retrySpec });
  });

  test('recoverable_marked changes recoverable', () => {
    const record = given([create(), T0], [command('mark_recoverable', { recoverable: 'UNRECOVERABLE' }), T1]);
    expect(record.state).toEqual({ ...created.state, recoverable: 'UNRECOVERABLE' });
  });

  test('function_changed changes the function', () => {
    const changed = { functionKind: 'STATE_EVENT', contextName: 'c2', processorName: 'p2', name: 'n2' } as const;
    const record = given([create(), T0], [command('change_function', changed), T1]);
    expect(record.state).toEqual({ ...created.state, function: changed });
  });

  test.each([
    ['default_aggregate_deleted', given([create(), T0], [remove(), T1])],
    ['default_aggregate_recovered', given([create(), T0], [remove(), T1], [recover(), T2])],
    [
      'default_resource_tags_applied',
      given([create(), T0], [command('default_apply_resource_tags', { tags: { a: ['1'] } }), T1]),
    ],
  ])('%s changes nothing', (_event, record) => {
    expect(record.state).toEqual(created.state);
  });
});

describe('the computed fields', () => {
  const withSpec = (maxRetries: number): Command => command('apply_retry_spec', { ...FAILURE.retrySpec, maxRetries });

  test('say that no retry is left when as many were made as the spec allows', () => {
    const record = given([create({ retrySpec: { ...FAILURE.retrySpec, maxRetries: 1 } }), T0], [prepare(), T1]);
    expect(record.state).toMatchObject({ status: 'PREPARED', isBelowRetryThreshold: false, isRetryable: false });
  });

  test('follow the retry spec up and down', () => {
    expect(given([create(), T0], [withSpec(0), T1]).state).toMatchObject({
      isBelowRetryThreshold: false,
      isRetryable: false,
    });
    expect(given([create(), T0], [withSpec(0), T1], [withSpec(1), T2]).state).toMatchObject({
      isBelowRetryThreshold: true,
      isRetryable: true,
    });
  });

  test('keep a success with retries left below the threshold, but not retryable', () => {
    const record = given([create(), T0], [prepare(), T1], [succeed(), T2], [withSpec(5), T2]);
    expect(record.state).toMatchObject({ isBelowRetryThreshold: true, isRetryable: false });
  });

  test('do not ask whether the failure is recoverable', () => {
    expect(given([create({ recoverable: 'UNRECOVERABLE' }), T0]).state).toMatchObject({ isRetryable: true });
  });
});

describe('deleted', () => {
  test('lasts until the record is recovered', () => {
    expect(given([create(), T0], [remove(), T1])).toMatchObject({ version: 2, deleted: true });
    expect(given([create(), T0], [remove(), T1], [recover(), T2])).toMatchObject({ version: 3, deleted: false });
    expect(given([create(), T0], [remove(), T1], [recover(), T2], [prepare(), T2])).toMatchObject({ deleted: false });
  });

  test('is kept by an event that does not concern it', () => {
    const [first, second] = streamsOf([create(), T0], [remove(), T1]);
    const [, third] = streamsOf([create(), T0], [prepare(), T1]);
    if (first === undefined || second === undefined || third === undefined) throw new Error('a stream is missing');
    expect([first, second, { ...third, version: 3 }].reduce<Snapshot | null>(evolve, null)).toMatchObject({
      deleted: true,
    });
  });
});

describe('tags', () => {
  const tag = (tags: Record<string, string[]>): Command => command('default_apply_resource_tags', { tags });

  test('are replaced as a whole', () => {
    expect(given([create(), T0], [tag({ env: ['prod', 'eu'], x: [] }), T1]).tags).toEqual({
      env: ['prod', 'eu'],
      x: [],
    });
    expect(given([create(), T0], [tag({ env: ['prod'] }), T1], [tag({ b: ['1'] }), T2]).tags).toEqual({ b: ['1'] });
    expect(given([create(), T0], [tag({ env: ['prod'] }), T1], [tag({}), T2]).tags).toEqual({});
  });

  test('outlast every other event', () => {
    const record = given(
      [create(), T0],
      [tag({ a: ['1'] }), T1],
      [prepare(), T1],
      [fail(), T2],
      [remove(), T2],
      [recover(), T2],
    );
    expect(record.tags).toEqual({ a: ['1'] });
  });
});

describe('a stream that cannot follow', () => {
  test.each([0, 2, 5])('as the first with version %i is an error', (version) => {
    expect(() => evolve(null, firstStream({ version }))).toThrow(
      new RangeError(`record ${ID}: version ${version} does not follow 0`),
    );
  });

  test.each([1, 3])('as the second with version %i is an error', (version) => {
    const [, second] = streamsOf([create(), T0], [prepare(), T1]);
    if (second === undefined) throw new Error('there is no second stream');
    expect(() => evolve(created, { ...second, version })).toThrow(RangeError);
  });

  test('as the first with any event but the creation is an error', () => {
    const [, second] = streamsOf([create(), T0], [prepare(), T1]);
    if (second === undefined) throw new Error('there is no second stream');
    expect(() => evolve(null, { ...second, version: 1 })).toThrow('compensation_prepared cannot be its first event');
  });

  test('as a second creation is an error', () => {
    expect(() => evolve(created, firstStream({ version: 2 }))).toThrow('can only be its first event');
  });
});

test('the record before is left as it was', () => {
  const before = JSON.stringify(created);
  evolve(created, {
    ...firstStream(),
    version: 2,
    body: streamsOf([create(), T0], [prepare(), T1])[1]?.body ?? firstStream().body,
  });
  expect(JSON.stringify(created)).toBe(before);
});
