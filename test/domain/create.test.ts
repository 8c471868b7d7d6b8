import { describe, expect, test } from 'vitest';
import { decide, DEFAULT_RETRY_SPEC } from '../../src/domain/index.ts';
import { create, FAILURE, given, ID, remove, T0 } from './given.ts';

const NOW = T0 + 50;

describe('create', () => {
  test('records the failure with a retry state that counts from its execution, not from now', () => {
    expect(decide(null, create({ retrySpec: DEFAULT_RETRY_SPEC }), NOW)).toEqual({
      ok: true,
      event: {
        name: 'execution_failed_created',
        body: {
          ...FAILURE,
          retrySpec: DEFAULT_RETRY_SPEC,
          retryState: { retries: 0, retryAt: T0, timeoutAt: T0 + 120_000, nextRetryAt: T0 + 180_000 },
        },
      },
    });
  });

  test("takes the back-off from the command's own retry spec", () => {
    const decision = decide(null, create({ retrySpec: { maxRetries: 1, minBackoff: 1, executionTimeout: 7 } }), NOW);
    expect(decision).toMatchObject({
      event: { body: { retryState: { retries: 0, retryAt: T0, timeoutAt: T0 + 7_000, nextRetryAt: T0 + 1_000 } } },
    });
  });

  test.each(['RECOVERABLE', 'UNRECOVERABLE', 'UNKNOWN'] as const)('keeps the failure %s', (recoverable) => {
    expect(decide(null, create({ recoverable }), NOW)).toMatchObject({ event: { body: { recoverable } } });
  });

  test('puts nothing into the event but the three numbers of the retry spec', () => {
    const retrySpec = { ...DEFAULT_RETRY_SPEC, id: 'x' };
    expect(decide(null, create({ retrySpec }), NOW)).toMatchObject({
      event: { body: { retrySpec: DEFAULT_RETRY_SPEC } },
    });
    expect(JSON.stringify(decide(null, create({ retrySpec }), NOW))).not.toContain('"x"');
  });

  test.each([
    ['IllegalArgument', 'maxRetries must be greater than or equal to 0.', { maxRetries: -1 }],
    ['IllegalArgument', 'executionTimeout must be greater than or equal to 0.', { executionTimeout: -1 }],
    ['IllegalArgument', 'minBackoff must be greater than or equal to 0.', { minBackoff: -1 }],
    ['BadRequest', 'Retry backoff exceeds the supported millisecond range.', { maxRetries: 63 }],
    ['BadRequest', 'long overflow', { maxRetries: 46 }],
  ])('is refused as %s: %s', (code, message, changes) => {
    const decision = decide(null, create({ retrySpec: { ...DEFAULT_RETRY_SPEC, ...changes } }), NOW);
    expect(decision).toEqual({ ok: false, code, message, reachedHandler: true });
  });

  test('is refused as an overflow where the time of the execution is too late to add a back-off', () => {
    expect(decide(null, create({ executeAt: 2 ** 63 }), NOW)).toMatchObject({
      code: 'BadRequest',
      message: 'long overflow',
    });
  });

  test.each([
    ['exists', given([create(), T0])],
    ['was deleted', given([create(), T0], [remove(), T0])],
  ])('is refused where a record with its id %s', (_what, record) => {
    expect(decide(record, create(), NOW)).toEqual({
      ok: false,
      code: 'DuplicateAggregateId',
      message: `Duplicate AggregateId(contextName=compensation-service, aggregateName=execution_failed, tenantId=(0), id=${ID}).`,
      reachedHandler: true,
    });
  });

  test('is refused for its retry spec first where its id is taken as well', () => {
    const decision = decide(
      given([create(), T0]),
      create({ retrySpec: { ...DEFAULT_RETRY_SPEC, maxRetries: -1 } }),
      NOW,
    );
    expect(decision).toMatchObject({ code: 'IllegalArgument' });
  });

  test.each([{ expectedVersion: 7 }, { expectedVersion: 0 }, { ownerId: 'alice' }, { spaceId: 'blue' }])(
    'does not look at %o',
    (envelope) => {
      expect(decide(null, create({}, envelope), NOW)).toMatchObject({ ok: true });
      expect(decide(given([create(), T0]), create({}, envelope), NOW)).toMatchObject({ code: 'DuplicateAggregateId' });
    },
  );
});
