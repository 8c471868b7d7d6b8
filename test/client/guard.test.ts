import { describe, expect, it } from 'vitest';
import {
  type CommandResult,
  type CreateExecutionFailed,
  type CreateOptions,
  DuplicateRequestIdError,
  ExecutionError,
  type GuardOptions,
  NotReportedError,
  UnavailableError,
  connectRedress,
  guard,
} from '../../client/src/index.ts';

interface Paid {
  readonly id: string;
  readonly order: string;
}

interface Sent {
  readonly body: CreateExecutionFailed;
  readonly options: CreateOptions | undefined;
}

const EVENT: Paid = { id: 'event-1', order: 'order 1' };

/** What a guarded handler that fails with `failure` sends. */
async function reported(failure: unknown, but: Partial<GuardOptions<Paid>> = {}): Promise<Sent> {
  const sent: Sent[] = [];
  const redress: GuardOptions<Paid>['redress'] = {
    url: 'http://127.0.0.1',
    createExecutionFailed: (body, options) => {
      sent.push({ body, options });
      return Promise.resolve({ aggregateId: 'record-1' } as CommandResult);
    },
  };
  await guard(() => Promise.reject(failure as Error), { ...OPTIONS, redress, ...but })(EVENT);
  const [only] = sent;
  if (only === undefined || sent.length > 1) throw new Error(`${sent.length} reports were sent`);
  return only;
}

const nobody = connectRedress('http://127.0.0.1:9');

const OPTIONS: GuardOptions<Paid> = {
  redress: nobody,
  function: { contextName: 'notice', processorName: 'Notices', name: 'on/Paid' },
  eventId: ({ id, order }) => ({
    id,
    aggregateId: { contextName: 'sales', aggregateName: 'order', aggregateId: order },
    version: 3,
  }),
};

class AddressMissing extends Error {}
class NetworkDown extends Error {}

describe('a guarded handler', () => {
  it('that succeeds tells Redress nothing, and gets all arguments', async () => {
    const seen: unknown[] = [];
    const handler = guard((event: Paid, partition: number) => seen.push(event, partition), OPTIONS);
    await handler(EVENT, 7);
    expect(seen).toEqual([EVENT, 7]);
  });

  it('that fails reports the event, the function and the error', async () => {
    const retrySpec = { maxRetries: 1, minBackoff: 2, executionTimeout: 3 };
    const { body } = await reported(new RangeError('too much'), { retrySpec });
    expect(body).toEqual({
      eventId: OPTIONS.eventId(EVENT),
      function: { functionKind: 'EVENT', ...OPTIONS.function },
      error: { errorCode: 'RangeError', errorMsg: 'too much', stackTrace: expect.stringContaining('guard.test.ts') },
      executeAt: expect.closeTo(Date.now(), -4),
      retrySpec,
    });
  });

  it('reports the root cause of a stack trace however long it is, for Redress to cut', async () => {
    const cause = new Error('the root cause');
    cause.stack = 'at the very end';
    const failure = new Error('too deep', { cause });
    failure.stack = 'x'.repeat(300 * 1024);
    const { body } = await reported(failure);
    expect(body.error.stackTrace).toMatch(/^x+\n…\nx+\nCaused by: at the very end$/);
    expect(body.error.stackTrace.length).toBeLessThan(130 * 1024);
  });

  it('reports under a request id of event and function, or one of its own', async () => {
    expect((await reported(new Error('x'))).options?.requestId).toBe('notice/Notices/on%2FPaid/sales/order/event-1');
    const requestId = (): string => 'mine';
    expect((await reported(new Error('x'), { requestId })).options?.requestId).toBe('mine');
  });

  it.each([
    [new NetworkDown('x'), 'RECOVERABLE'],
    [new AddressMissing('x'), 'UNRECOVERABLE'],
    [new ExecutionError('X', 'x', { recoverable: 'UNRECOVERABLE' }), 'UNRECOVERABLE'],
    [new Error('x'), undefined],
  ])('tells from the class of the error whether another attempt can mend it', async (failure, recoverable) => {
    const rules = { recoverable: [NetworkDown, ExecutionError], unrecoverable: [AddressMissing] };
    expect((await reported(failure, rules)).body.recoverable).toBe(recoverable);
  });

  it('takes the code of errors that have one', async () => {
    const failure = Object.assign(new Error('x'), { code: 'ECONNREFUSED' });
    expect((await reported(failure)).body.error.errorCode).toBe('ECONNREFUSED');
    expect((await reported(new AddressMissing('x'))).body.error.errorCode).toBe('AddressMissing');
  });

  it('counts as reported what was reported before', async () => {
    const reports: unknown[] = [];
    const redress: GuardOptions<Paid>['redress'] = {
      url: '',
      createExecutionFailed: () =>
        Promise.reject(new DuplicateRequestIdError({ errorCode: 'DuplicateRequestId', message: 'x', status: 400 })),
    };
    const failure = new Error('x');
    const onReport = reports.push.bind(reports);
    await guard(() => Promise.reject(failure), { ...OPTIONS, redress, onReport })(EVENT);
    expect(reports).toEqual([{ event: EVENT, failure, aggregateId: null }]);
  });

  it('rejects where Redress is down, so that the broker delivers the event again', async () => {
    const failure = new AddressMissing('no address');
    const rejection: unknown = await guard(
      () => Promise.reject(failure),
      OPTIONS,
    )(EVENT).catch((error: unknown) => error);
    expect(rejection).toBeInstanceOf(NotReportedError);
    expect(rejection).toMatchObject({
      failure,
      cause: expect.any(UnavailableError),
      message: expect.stringMatching(
        /^Notices\.on\/Paid failed \(no address\), .* Is Redress running there\? The broker/,
      ),
    });
  });

  it('rejects where the event cannot be named', async () => {
    const eventId = (): never => {
      throw new Error('what event?');
    };
    const guarded = guard(() => Promise.reject(new Error('x')), { ...OPTIONS, eventId });
    await expect(guarded(EVENT)).rejects.toThrow('what event?');
  });
});
