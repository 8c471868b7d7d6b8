import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { GatewayError } from '../../src/gateway/index.ts';
import { StoreUnavailable } from '../../src/store/index.ts';
import { type Doors, CREATE, CREATE_PATH, failure, json, openDoors, refused, result, results } from './doors.ts';

let doors: Doors;
beforeAll(async () => {
  doors = await openDoors();
});
afterEach(() => {
  doors.play(() => results(result()));
});
afterAll(() => doors.close());

const create = () => doors.sendJson('POST', CREATE_PATH, CREATE);

describe('the answer in JSON', () => {
  test('is the result of the last stage, with the values that all stages put into it', async () => {
    const sent = result({ stage: 'SENT', id: 's', aggregateVersion: 0, result: { a: 1, b: 1 } });
    const processed = result({ result: { b: 2, c: 2 } });
    doors.play(() => results(sent, processed));
    const received = await create();
    expect(json(received)).toEqual({ ...processed, result: { a: 1, b: 2, c: 2 } });
    expect([received.status, received.headers['wow-error-code'], received.headers['content-type']]).toEqual([
      200,
      'Ok',
      'application/json',
    ]);
  });

  test('is the result of the wanted stage, also where PROCESSED comes after it', async () => {
    const sent = result({ stage: 'SENT' });
    const snapshot = result({ stage: 'SNAPSHOT', id: 'e', result: { a: 1 } });
    const processed = result({ result: { b: 2 } });
    doors.play(() => results(sent, snapshot, processed));
    const received = await doors.sendJson('POST', CREATE_PATH, CREATE, { 'Command-Wait-Stage': 'SNAPSHOT' });
    expect(json(received)).toEqual({ ...snapshot, result: { a: 1, b: 2 } });
    const refusal = refused('IllegalState', 'why');
    doors.play(() => results(sent, snapshot, refusal));
    const failed = await doors.sendJson('POST', CREATE_PATH, CREATE, { 'Command-Wait-Stage': 'SNAPSHOT' });
    expect([failed.status, json(failed)['stage']]).toEqual([400, 'PROCESSED']);
  });

  test('keeps a version that is null', async () => {
    doors.play(() => results(result({ stage: 'SENT', aggregateVersion: null })));
    expect(json(await create())).toHaveProperty('aggregateVersion', null);
  });

  test.each([
    ['IllegalState', 400],
    ['IllegalArgument', 400],
    ['BadRequest', 400],
    ['DuplicateRequestId', 400],
    ['DuplicateAggregateId', 400],
    ['IllegalAccessSpaceAggregate', 400],
    ['IllegalAccessOwnerAggregate', 403],
    ['NotFound', 404],
    ['CommandExpectVersionConflict', 409],
    ['EventVersionConflict', 409],
    ['IllegalAccessDeletedAggregate', 410],
    ['SomethingForeign', 400],
    ['constructor', 400],
  ])('of a command refused with %s is that result with status %d', async (code, status) => {
    const refusal = refused(code, 'why');
    doors.play(() => results(result({ stage: 'SENT' }), refusal));
    const received = await create();
    expect([received.status, received.headers['wow-error-code'], json(received)]).toEqual([status, code, refusal]);
  });

  test('names a foreign error code in its header only as far as a header can carry it', async () => {
    doors.play(() => results(refused('Boom\r\nSet-Cookie: a=b☂', 'it broke')));
    const received = await create();
    expect(received.headers['wow-error-code']).toBe('Boom??Set-Cookie: a=b?');
    expect(received.headers['set-cookie']).toBeUndefined();
    expect(json(received)['errorCode']).toBe('Boom\r\nSet-Cookie: a=b☂');
  });

  test('carries no hint at the software behind it, and nothing that a cache could use', async () => {
    const { headers } = await create();
    expect(headers).not.toHaveProperty('x-powered-by');
    expect(headers).not.toHaveProperty('etag');
  });
});

describe('a command without a result', () => {
  test('that waited too long answers 408', async () => {
    doors.play(() => failure(new GatewayError('RequestTimeout', 'No answer within 500 ms.')));
    const received = await create();
    expect([received.status, json(received), received.headers['retry-after']]).toEqual([
      408,
      { errorCode: 'RequestTimeout', errorMsg: 'No answer within 500 ms.', succeeded: false },
      undefined,
    ]);
  });

  test('that is one too many answers 429 and says when to come back', async () => {
    doors.play(() => failure(new GatewayError('TooManyRequests', 'Too many callers wait.')));
    const received = await create();
    expect([received.status, received.headers['wow-error-code'], received.headers['retry-after']]).toEqual([
      429,
      'TooManyRequests',
      '1',
    ]);
  });

  test('of which nobody knows what became of it answers 503 with the ids to ask for', async () => {
    const details = { commandId: 'c1', aggregateId: 'a1', requestId: 'r1' };
    doors.play(() =>
      failure(
        new GatewayError('ServiceUnavailable', 'Repeat it with the same request id.', { retryAfter: 5, details }),
      ),
    );
    const received = await create();
    expect([received.status, json(received), received.headers['retry-after']]).toEqual([
      503,
      {
        errorCode: 'ServiceUnavailable',
        errorMsg: 'Repeat it with the same request id.',
        succeeded: false,
        ...details,
      },
      '5',
    ]);
  });

  test('because the store is away answers 503 and keeps the reason inside', async () => {
    doors.play(() => failure(new StoreUnavailable(new Error('connect ECONNREFUSED 10.1.2.3:5432'))));
    const received = await create();
    expect([received.status, json(received)['errorCode'], received.headers['retry-after']]).toEqual([
      503,
      'ServiceUnavailable',
      '1',
    ]);
    expect(received.body).not.toContain('10.1.2.3');
    expect(doors.logged.join('')).toContain('10.1.2.3');
  });

  test('because of a defect answers 500 without its stack, which is logged', async () => {
    doors.play(() => failure(new TypeError('secret detail')));
    const received = await create();
    expect([received.status, json(received)]).toEqual([
      500,
      { errorCode: 'InternalServerError', errorMsg: 'Unexpected server error', succeeded: false },
    ]);
    expect(doors.logged.join('')).toMatch(/"level":50.*secret detail.*command-answers\.test\.ts/);
  });
});

describe('a caller who goes away', () => {
  test('ends the wait', async () => {
    const aborted = Promise.withResolvers<undefined>();
    doors.play(async function* ({ cancelled }) {
      yield result({ stage: 'SENT' });
      await new Promise((resolve) => {
        cancelled.addEventListener('abort', resolve);
      });
      aborted.resolve(undefined);
    });
    const leaving = new AbortController();
    const sent = fetch(`${doors.url}/execution_failed/x/prepare_compensation`, {
      method: 'PUT',
      signal: leaving.signal,
    });
    setTimeout(() => {
      leaving.abort();
    }, 50);
    await expect(sent).rejects.toThrow(/abort/);
    await aborted.promise;
  });

  test('is not what a caller is who gets an answer', async () => {
    await create();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(doors.asked.at(-1)?.cancelled.aborted).toBe(false);
  });
});
