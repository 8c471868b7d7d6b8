import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import express from 'express';
import { describe, expect, it, onTestFinished } from 'vitest';
import { expressRetries } from '../../client/src/express.ts';
import { ExecutionError, type Outcome, type RetryHandler, receiveRetries } from '../../client/src/index.ts';
import { judgeAnswer } from '../../src/dispatch/answer.ts';
import type { DeliveryOutcome } from '../../src/dispatch/outcome.ts';
import { SECRET, givenRetry, signed } from './signed.ts';

const OTHER_SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const { function: FUNCTION } = givenRetry();

const handlerThat = (handle: RetryHandler['handle'], rules: Partial<RetryHandler> = {}): RetryHandler => ({
  ...rules,
  function: FUNCTION,
  handle,
});

/** Hands a delivery to a door with this one handler. */
function deliver(
  handle: RetryHandler['handle'],
  { headers, body } = signed(givenRetry()),
  { secret = SECRET, rules = {} }: { secret?: string | string[] | null; rules?: Partial<RetryHandler> } = {},
): Promise<Response> {
  const request = new Request('https://service.example.com/retries', { method: 'POST', headers, body });
  return receiveRetries([handlerThat(handle, rules)], { secret })(request);
}

/** What Redress makes of an answer. */
async function judged(answer: Response): Promise<DeliveryOutcome> {
  const body = (await answer.text()).slice(0, 64 * 1024);
  const { status, headers } = answer;
  const retryAfter = headers.get('retry-after');
  return judgeAnswer('t', { status, retryAfter, location: null, body, truncated: false, broken: null }, 1_000);
}

const unexpected = (): never => {
  throw new Error('the handler was called');
};

class Passing extends Error {}
class Final extends Passing {}

describe('the door for retries', () => {
  it('hands a signed retry to the handler of its function, and answers success', async () => {
    const retry = givenRetry();
    const handled: unknown[] = [];
    const answer = await deliver((given) => handled.push(given), signed(retry));
    expect(await judged(answer)).toEqual({ kind: 'succeeded', executeAt: 1_000 });
    expect(handled).toEqual([retry]);
  });

  it('answers that a retry is accepted whose outcome is reported later', async () => {
    expect(await judged(await deliver(() => Promise.resolve('accepted')))).toEqual({ kind: 'accepted' });
  });

  it('answers a failure with all that the error says', async () => {
    const answer = await deliver(() => {
      const cause = new Error('sold out');
      const bindingErrors = [{ name: 'quantity', msg: 'is too large' }];
      throw new ExecutionError('OutOfStock', 'no more', {
        recoverable: 'UNRECOVERABLE',
        bindingErrors,
        retryAfter: 3,
        cause,
      });
    });
    expect(await judged(answer)).toMatchObject({
      kind: 'failed',
      error: {
        errorCode: 'OutOfStock',
        errorMsg: 'no more',
        bindingErrors: [{ name: 'quantity', msg: 'is too large' }],
        stackTrace: expect.stringMatching(/no more[^]*receive\.test\.ts[^]*Caused by: Error: sold out/),
      },
      recoverable: 'UNRECOVERABLE',
      notBefore: 4_000,
    });
  });

  it('says nothing about recovery where neither the error nor the rules do', async () => {
    const outcome = await judged(await deliver(() => Promise.reject(new TypeError('no text'))));
    expect(outcome).toMatchObject({ error: { errorCode: 'TypeError', errorMsg: 'no text' }, notBefore: null });
    expect(outcome).not.toHaveProperty('recoverable');
  });

  it.each([
    [new Passing('later'), 'RECOVERABLE'],
    [new Final('never'), 'UNRECOVERABLE'],
  ])('takes from the class of the error whether %s can be mended', async (error, recoverable) => {
    const rules = { recoverable: [Passing], unrecoverable: [Final] };
    const answer = await deliver(() => Promise.reject(error), signed(givenRetry()), { rules });
    expect(await judged(answer)).toMatchObject({ recoverable });
  });

  it.each([
    ['a text', 'text'],
    ['an object', { some: 'object' }],
    ['what has no text', Object.create(null)],
    ['what JSON cannot hold', 7n],
    ['nothing', undefined],
  ] as const)('answers a failure where %s is thrown', async (_, thrown: unknown) => {
    // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- handlers do so
    const answer = await deliver(() => Promise.reject(thrown));
    expect(await judged(answer)).toMatchObject({ kind: 'failed', error: { errorCode: 'Error' } });
  });

  it('shortens an error until Redress can read it', async () => {
    const error = new Error('ü'.repeat(100_000));
    error.stack = '"\n'.repeat(100_000);
    expect(await judged(await deliver(() => Promise.reject(error)))).toMatchObject({
      error: { errorCode: 'Error', errorMsg: expect.stringMatching(/^ü{1000}/) },
    });
  });

  it.each([
    ['another secret', signed(givenRetry(), { secret: OTHER_SECRET })],
    ['another body', { ...signed(givenRetry()), body: JSON.stringify(givenRetry({ executionId: 'other' })) }],
    ['a time long ago', signed(givenRetry(), { at: new Date(Date.now() - 301_000) })],
    ['a time to come', signed(givenRetry(), { at: new Date(Date.now() + 301_000) })],
    ['no signature', { ...signed(givenRetry()), headers: {} }],
  ])('refuses what is signed with %s', async (_, delivery) => {
    const answer = await deliver(unexpected, delivery);
    expect(answer.status).toBe(401);
    expect(await answer.json()).toMatchObject({ errorCode: 'SignatureRefused' });
  });

  it('takes any of several secrets, and none where deliveries are not signed', async () => {
    const delivery = signed(givenRetry(), { secret: OTHER_SECRET });
    expect((await deliver(() => undefined, delivery, { secret: [SECRET, OTHER_SECRET] })).status).toBe(204);
    const unsigned = { ...delivery, headers: {} };
    expect((await deliver(() => undefined, unsigned, { secret: null })).status).toBe(204);
  });

  it('does not open with a secret that is none, or with two handlers of one function', () => {
    expect(() => receiveRetries([], { secret: '' })).toThrow('whsec_');
    expect(() => receiveRetries([], { secret: [] })).toThrow('There is no secret');
    const twice = [handlerThat(unexpected), handlerThat(unexpected)];
    expect(() => receiveRetries(twice, { secret: null })).toThrow('There are two handlers for notice/Notices.onPaid.');
  });

  it.each([
    ['no JSON', '{', 400, 'IllegalArgument'],
    ['no retry', { executionId: 'x' }, 400, 'IllegalArgument'],
    [
      'the retry of a function of another name',
      givenRetry({ function: { ...FUNCTION, name: 'x' } }),
      404,
      'HandlerNotFound',
    ],
    ['too much', 'x'.repeat(1024 * 1024 + 1), 413, 'PayloadTooLarge'],
  ])('refuses %s', async (_, retry, status, errorCode) => {
    const answer = await deliver(unexpected, signed(retry));
    expect([answer.status, await answer.json()]).toMatchObject([status, { errorCode }]);
  });

  it('refuses other methods than POST', async () => {
    const answer = await receiveRetries([], { secret: null })(new Request('https://service.example.com/'));
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'POST']);
  });

  it('ends an attempt before its deadline, tells the handler, and minds nothing that it does afterwards', async () => {
    const deadline = Date.now() + 1_000;
    let aborted: AbortSignal | undefined;
    const answer = await deliver(
      async (_, signal) => {
        aborted = signal;
        await delay(2_000, undefined, { signal }).catch(() => undefined);
        throw new Error('too late for anybody');
      },
      signed(givenRetry({ deadline })),
    );
    expect(Date.now()).toBeLessThan(deadline);
    expect(aborted?.aborted).toBe(true);
    expect(await judged(answer)).toMatchObject({ kind: 'failed', error: { errorCode: 'RequestTimeout' } });
  });

  it('does not begin an attempt whose deadline has passed', async () => {
    const answer = await deliver(unexpected, signed(givenRetry({ deadline: Date.now() })));
    expect(await judged(answer)).toMatchObject({ error: { errorCode: 'RequestTimeout' } });
  });

  it('tells how an attempt ended', async () => {
    const outcomes: Outcome[] = [];
    const { headers, body } = signed(givenRetry());
    const door = receiveRetries([handlerThat(() => undefined)], {
      secret: SECRET,
      onOutcome: (_, outcome) => outcomes.push(outcome),
    });
    await door(new Request('https://service.example.com/', { method: 'POST', headers, body }));
    expect(outcomes).toEqual([{ kind: 'succeeded' }]);
  });
});

describe('the door for retries on a server of Node', () => {
  /** Serves on a port of its own, and gives its address. */
  async function serve(listener: Parameters<typeof createServer>[1]): Promise<string> {
    const server = createServer(listener).listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => {
      server.close();
      server.closeAllConnections();
    });
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/retries`;
  }
  const post = (url: string, signal?: AbortSignal): Promise<Response> =>
    fetch(url, { method: 'POST', ...signed(givenRetry()), ...(signal === undefined ? {} : { signal }) });
  const door = expressRetries([handlerThat(() => undefined)], { secret: SECRET });

  it.each([
    ['alone', () => door],
    ['in Express', () => express().post('/retries', door)],
    [
      'in Express behind express.text()',
      () =>
        express()
          .use(express.text({ type: '*/*' }))
          .post('/retries', door),
    ],
    [
      'in Express behind express.raw()',
      () =>
        express()
          .use(express.raw({ type: '*/*' }))
          .post('/retries', door),
    ],
  ])('stands %s', async (_, listener) => {
    expect((await post(await serve(listener()))).status).toBe(204);
  });

  it('says what to do where the body was parsed before', async () => {
    let told: unknown;
    const app = express().use(express.json()).post('/retries', door);
    app.use((error: unknown, _request: express.Request, response: express.Response, _next: express.NextFunction) => {
      told = error;
      response.sendStatus(500);
    });
    expect((await post(await serve(app))).status).toBe(500);
    expect(told).toMatchObject({ message: expect.stringContaining('before express.json()') });
  });

  it('tells the handler that Redress has hung up', async () => {
    const hangUp = new AbortController();
    const gone = Promise.withResolvers<unknown>();
    const patient = handlerThat(async (_, signal) => {
      hangUp.abort();
      await once(signal, 'abort');
      gone.resolve(signal.reason);
    });
    await post(await serve(expressRetries([patient], { secret: SECRET })), hangUp.signal).catch(() => undefined);
    expect(await gone.promise).toMatchObject({ message: 'Redress has hung up.' });
  });
});
