import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { deliverHttp, type DeliveryOutcome } from '../../src/dispatch/index.ts';
import { httpTarget, NEVER, preparedRetry, startService } from './service.ts';

type Failed = Extract<DeliveryOutcome, { kind: 'failed' }>;

function failure(outcome: DeliveryOutcome): Failed {
  if (outcome.kind !== 'failed') throw new Error(`it is ${outcome.kind}`);
  return outcome;
}

const deliver = async (url: string, settings: Readonly<Record<string, unknown>> = {}): Promise<DeliveryOutcome> =>
  deliverHttp(await httpTarget({ url, ...settings }), preparedRetry(), NEVER);

/** A raw TCP service on this machine that ends with the test. */
async function startRaw(onConnection: (socket: Socket) => void): Promise<string> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    onTestFinished(() => {
      socket.destroy();
    });
    onConnection(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

describe('a delivery succeeds', () => {
  test.each([200, 201, 204, 299])('with status %i, at the time of the answer', async (status) => {
    const service = await startService((_request, response) => response.writeHead(status).end());
    const startedAt = Date.now();
    const outcome = await deliver(service.url);
    if (outcome.kind !== 'succeeded') throw new Error(`it is ${outcome.kind}`);
    expect(outcome.executeAt).toBeGreaterThanOrEqual(startedAt);
    expect(outcome.executeAt).toBeLessThanOrEqual(Date.now());
  });

  test('whatever the body says, also when it is longer than what is read of it', async () => {
    const service = await startService((_request, response) => {
      response.writeHead(200);
      const dripping = setInterval(() => response.write('x'.repeat(10_000)), 1);
      response.on('close', () => {
        clearInterval(dripping);
      });
    });
    expect(await deliver(service.url)).toMatchObject({ kind: 'succeeded' });
    await service.closed;
  });
});

describe('a delivery is accepted, to be reported back,', () => {
  test('with status 202', async () => {
    const service = await startService((_request, response) => response.writeHead(202).end('{}'));
    expect(await deliver(service.url)).toEqual({ kind: 'accepted' });
  });

  test('without waiting for the end of the answer', async () => {
    const service = await startService((_request, response) => {
      response.writeHead(202).write('more to come');
    });
    expect(await deliver(service.url)).toEqual({ kind: 'accepted' });
    await service.closed;
  });
});

describe('a delivery fails', () => {
  test.each([400, 404, 409, 500, 503, 599])('with status %i, and the answer as its error', async (status) => {
    const service = await startService((_request, response) => response.writeHead(status).end('no\n  luck'));
    expect(await deliver(service.url)).toEqual({
      kind: 'failed',
      error: {
        errorCode: `HttpStatus${status}`,
        errorMsg: `Target "orders" answered ${status}: no luck`,
        stackTrace: 'no\n  luck',
        succeeded: false,
      },
      executeAt: expect.closeTo(Date.now(), -4),
      notBefore: null,
    });
  });

  test('as the error says that the answer carries', async () => {
    const error = {
      errorCode: 'OutOfStock',
      errorMsg: 'none left',
      stackTrace: 'at shop',
      recoverable: 'unrecoverable',
    };
    const service = await startService((_request, response) => {
      response.writeHead(422, { 'retry-after': '60' }).end(JSON.stringify(error));
    });
    const outcome = failure(await deliver(service.url));
    expect(outcome.error).toEqual({
      errorCode: 'OutOfStock',
      errorMsg: 'none left',
      stackTrace: 'at shop',
      succeeded: false,
    });
    expect(outcome.recoverable).toBe('UNRECOVERABLE');
    expect(outcome.notBefore).toBe(outcome.executeAt + 60_000);
  });

  test.each([301, 302, 303, 307, 308])('with redirect %i, which is not followed', async (status) => {
    const elsewhere = await startService((_request, response) => response.end());
    const service = await startService((_request, response) => {
      response.writeHead(status, { location: elsewhere.url }).end();
    });
    const { error } = failure(await deliver(service.url));
    expect(error.errorCode).toBe('RedirectRefused');
    expect(error.errorMsg).toContain(elsewhere.url);
    expect(elsewhere.connections()).toBe(0);
  });

  test('with a not-modified answer, which makes no sense here', async () => {
    const service = await startService((_request, response) => response.writeHead(304).end());
    expect(failure(await deliver(service.url)).error.errorCode).toBe('HttpStatus304');
  });

  test('with no more of a long answer than 64 KiB', async () => {
    const service = await startService((_request, response) => response.writeHead(500).end('x'.repeat(200_000)));
    const { error } = failure(await deliver(service.url));
    expect(error.stackTrace).toMatch(/^x{65536}\n\[The answer is longer; the rest was not read\.\]$/);
    expect(error.errorMsg).toHaveLength('Target "orders" answered 500: '.length + 301);
  });

  test('with all of an answer of 64 KiB', async () => {
    const service = await startService((_request, response) => response.writeHead(500).end('x'.repeat(65_536)));
    expect(failure(await deliver(service.url)).error.stackTrace).toBe('x'.repeat(65_536));
  });

  test('with the first of two wishes to be left alone', async () => {
    const service = await startService((_request, response) => {
      response.writeHead(503, ['retry-after', '60', 'retry-after', '600']).end();
    });
    const { notBefore, executeAt } = failure(await deliver(service.url));
    expect(notBefore).toBe(executeAt + 60_000);
  });

  test('when an answer breaks off, also one that began as a success', async () => {
    for (const status of [200, 500]) {
      const service = await startService((_request, response) => {
        response.writeHead(status, { 'content-length': 100 }).write('half');
        setImmediate(() => response.destroy());
      });
      const { error } = failure(await deliver(service.url));
      expect(error.errorCode).toBe(status === 200 ? 'ConnectionLost' : 'HttpStatus500');
      if (status === 500) expect(error.stackTrace).toMatch(/^half\n\[Target "orders" got the request/);
    }
  });

  test('when the service hangs up without an answer, which may have executed it', async () => {
    const service = await startService((request) => request.socket.destroy());
    const { error } = failure(await deliver(service.url));
    expect(error.errorCode).toBe('ConnectionLost');
    expect(error.errorMsg).toContain('may have been executed');
    expect(service.requests).toHaveLength(1);
    expect(service.connections()).toBe(1);
  });

  test('when what answers does not speak HTTP', async () => {
    const url = await startRaw((socket) => socket.end('220 mail.example.com ESMTP\r\n'));
    expect(failure(await deliver(url)).error.errorCode).toBe('ConnectionLost');
  });

  test('when the headers of the answer are too large', async () => {
    const url = await startRaw((socket) => socket.write(`HTTP/1.1 200 OK\r\nx: ${'x'.repeat(40_000)}\r\n\r\n`));
    const { error } = failure(await deliver(url));
    expect(error.errorCode).toBe('ConnectionLost');
    expect(error.errorMsg).toContain('larger than 16 KiB');
  });

  test('when nothing listens there', async () => {
    const service = await startService((_request, response) => response.end());
    const { error } = failure(await deliver(service.url.replace(String(service.port), '1')));
    expect(error).toEqual({
      errorCode: 'TargetUnreachable',
      errorMsg:
        'Target "orders" was not reached, nothing was sent: nothing listens there: is the service up, and is the port right? (ECONNREFUSED: connect ECONNREFUSED 127.0.0.1:1).',
      stackTrace: '',
      succeeded: false,
    });
  });

  test('when its name leads nowhere', async () => {
    const target = await httpTarget({ url: 'http://orders.example/' });
    const lookup = (): Promise<never> =>
      Promise.reject(Object.assign(new Error('getaddrinfo ENOTFOUND orders.example'), { code: 'ENOTFOUND' }));
    const outcome = await deliverHttp(target, preparedRetry(), NEVER, { now: Date.now, lookup });
    expect(failure(outcome).error.errorMsg).toContain('its host name does not resolve');
    const none = await deliverHttp(target, preparedRetry(), NEVER, {
      now: Date.now,
      lookup: () => Promise.resolve([]),
    });
    expect(failure(none).error.errorMsg).toContain('its host name does not resolve');
  });

  test('when it speaks no TLS although the URL says https', async () => {
    const service = await startService((_request, response) => response.end());
    const { error } = failure(await deliver(service.url.replace('http:', 'https:')));
    expect(error.errorCode).toBe('TargetUnreachable');
    expect(error.errorMsg).toContain('does not speak TLS');
    expect(service.requests).toHaveLength(0);
  });
});

describe('the time of a delivery is over', () => {
  const silent = () => startService(() => undefined);

  test("with the target's own timeout", async () => {
    const service = await silent();
    const startedAt = Date.now();
    const { error } = failure(await deliver(service.url, { timeout: 0.2 }));
    expect(error.errorCode).toBe('RequestTimeout');
    expect(error.errorMsg).toContain('no complete answer within 0.2 s');
    expect(Date.now() - startedAt).toBeLessThan(2_000);
    await service.closed;
  });

  test('with the deadline of the attempt, if that is earlier', async () => {
    const service = await silent();
    const target = await httpTarget({ url: service.url, timeout: 30 });
    const deadline = Date.now() + 200;
    expect(failure(await deliverHttp(target, preparedRetry({ deadline }), NEVER)).error.errorCode).toBe(
      'RequestTimeout',
    );
    expect(Date.now()).toBeGreaterThanOrEqual(deadline - 5);
    expect(JSON.parse(service.requests[0]?.body ?? '')).toMatchObject({ deadline });
  });

  test('while the answer drips', async () => {
    const service = await startService((_request, response) => {
      response.writeHead(200);
      const dripping = setInterval(() => response.write('.'), 20);
      response.on('close', () => {
        clearInterval(dripping);
      });
    });
    expect(failure(await deliver(service.url, { timeout: 0.3 })).error.errorCode).toBe('RequestTimeout');
    await service.closed;
  });

  test('while its name is looked up, before anything was sent', async () => {
    const target = await httpTarget({ url: 'http://orders.example/', timeout: 0.2 });
    const lookup = (): Promise<never> => new Promise(() => undefined);
    const { error } = failure(await deliverHttp(target, preparedRetry(), NEVER, { now: Date.now, lookup }));
    expect(error.errorCode).toBe('RequestTimeout');
    expect(error.errorMsg).toContain('nothing was sent');
  });

  test('before it began, and then nothing is sent', async () => {
    const service = await silent();
    const target = await httpTarget({ url: service.url });
    for (const late of [0, 1_000]) {
      const outcome = await deliverHttp(target, preparedRetry({ deadline: Date.now() - late }), NEVER);
      expect(failure(outcome).error).toMatchObject({
        errorCode: 'RequestTimeout',
        errorMsg: expect.stringContaining('was not connected within 0.0 s, nothing was sent'),
      });
    }
    expect(service.connections()).toBe(0);
  });
});

describe('a delivery that is cancelled', () => {
  const reason = new Error('the record was deleted');

  test('before it began sends nothing', async () => {
    const service = await startService((_request, response) => response.end());
    const target = await httpTarget({ url: service.url });
    await expect(deliverHttp(target, preparedRetry(), AbortSignal.abort(reason))).rejects.toBe(reason);
    expect(service.connections()).toBe(0);
  });

  test('while its name is looked up ends at once', async () => {
    const target = await httpTarget({ url: 'http://orders.example/' });
    const cancelled = new AbortController();
    const lookup = (): Promise<never> => new Promise(() => undefined);
    const delivery = deliverHttp(target, preparedRetry(), cancelled.signal, { now: Date.now, lookup });
    await delay(20);
    cancelled.abort(reason);
    await expect(delivery).rejects.toBe(reason);
  });

  test.each([
    ['an answer', false],
    ['the rest of an answer', true],
  ])('while it waits for %s hangs up', async (_what, begun) => {
    const cancelled = new AbortController();
    const service = await startService((_request, response) => {
      if (begun) response.writeHead(500).write('half');
      setTimeout(() => {
        cancelled.abort(reason);
      }, 50);
    });
    const target = await httpTarget({ url: service.url });
    await expect(deliverHttp(target, preparedRetry(), cancelled.signal)).rejects.toBe(reason);
    await service.closed;
  });
});

test('each delivery has a connection of its own, which ends with it', async () => {
  const service = await startService((_request, response) => response.end('ok'));
  await deliver(service.url);
  await deliver(service.url);
  expect(service.connections()).toBe(2);
  expect(service.requests.map(({ headers }) => headers.connection)).toEqual(['close', 'close']);
  await service.closed;
});
