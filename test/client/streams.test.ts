import { once } from 'node:events';
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  ConflictError,
  NotFoundError,
  RefusedError,
  UnavailableError,
  connectRedress,
} from '../../client/src/index.ts';
import { readFrames } from '../../client/src/sse.ts';

/** A server that answers as the test wants, and a client of it. */
async function answering(answer: (request: IncomingMessage, response: ServerResponse) => void) {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return connectRedress(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
}

const streaming = (response: ServerResponse): ServerResponse =>
  response.writeHead(200, { 'content-type': 'text/event-stream' });

async function framesOf(chunks: readonly string[]) {
  const bytes = chunks.map((chunk) => Buffer.from(chunk, 'latin1'));
  return await all(readFrames(ReadableStream.from(bytes)));
}

describe('server-sent events', () => {
  it.each([
    ['whole', ['id:1\nevent:a\ndata:{}\n\n']],
    ['in pieces', ['id', ':1\neve', 'nt:a\ndata:{', '}\n', '\n']],
    ['with other line breaks', ['id:1\r', '\nevent:a\r\ndata:{}\r\n\r\n']],
    ['with spaces and comments', [': hello\nid: 1\nevent: a\ndata: {}\n\n']],
  ])('are read %s', async (_, chunks) => {
    expect(await framesOf(chunks)).toEqual([{ id: '1', event: 'a', data: '{}' }]);
  });

  it('may have several lines of data, none at all, and letters whose bytes come apart', async () => {
    expect(await framesOf(['data:a\ndata:\xc3', '\xbc\n\nid:7\n\n'])).toEqual([
      { id: null, event: null, data: 'a\nü' },
      { id: '7', event: null, data: null },
    ]);
  });

  it('are dropped where the last one is not whole', async () => {
    expect(await framesOf(['data:1\n\ndata:2'])).toHaveLength(1);
  });
});

describe('a list that is iterated over', () => {
  it('gives its connection back when the loop is left', async () => {
    const closed = Promise.withResolvers<undefined>();
    const redress = await answering((_, response) => {
      response.once('close', () => {
        closed.resolve(undefined);
      });
      streaming(response).write('data:{"version":1}\n\n');
    });
    for await (const { version } of redress.records.stream({ limit: 0 })) {
      expect(version).toBe(1);
      break;
    }
    await closed.promise;
  });

  it('throws the error that comes in its last frame', async () => {
    const redress = await answering((_, response) => {
      const error = {
        errorCode: 'IllegalArgument',
        errorMsg: 'AND operator children cannot be empty.',
        succeeded: false,
      };
      streaming(response).end(`data:{}\n\nid:x\nevent:IllegalArgument\ndata:${JSON.stringify(error)}\n\n`);
    });
    const rows = redress.records.stream({});
    expect(await rows.next()).toEqual({ done: false, value: {} });
    await expect(rows.next()).rejects.toMatchObject({
      name: 'RefusedError',
      errorCode: 'IllegalArgument',
      status: 400,
      message: 'AND operator children cannot be empty.',
    });
  });

  it('throws when its connection breaks', async () => {
    const redress = await answering((_, response) => {
      streaming(response).write('data:{}\n\n', () => response.destroy());
    });
    await expect(all(redress.records.stream({}))).rejects.toBeInstanceOf(UnavailableError);
  });

  it('ends with the reason of the signal of its reader', async () => {
    const redress = await answering((_, response) => {
      streaming(response).write('data:{}\n\n');
    });
    const leaving = new AbortController();
    const rows = redress.records.stream({}, { signal: leaving.signal });
    await rows.next();
    leaving.abort(new Error('enough'));
    await expect(rows.next()).rejects.toThrow('enough');
  });
});

describe('the feed', () => {
  it('is connected to again when it breaks off, and goes on behind the last frame', async () => {
    const asked: (string | undefined)[] = [];
    const redress = await answering((request, response) => {
      asked.push(request.headers['last-event-id'] as string | undefined);
      if (asked.length === 2) response.writeHead(503).end();
      else streaming(response).end(`id:${asked.length}\nevent:recoverable_marked\ndata:{}\n\nid:${asked.length}b\n\n`);
    });
    const problems: unknown[] = [];
    const ids: string[] = [];
    for await (const { id } of redress.feed({ after: '0', onDisconnect: (error) => problems.push(error) })) {
      ids.push(id);
      if (ids.length === 2) break;
    }
    expect(ids).toEqual(['1', '3']);
    expect(asked).toEqual(['0', '1b', '1b']);
    expect(problems).toEqual([expect.any(Error), expect.objectContaining({ status: 503 })]);
  });

  it('throws what Redress refuses', async () => {
    const redress = await answering((_, response) => {
      response.writeHead(400).end(JSON.stringify({ errorCode: 'IllegalArgument', errorMsg: 'There is no event [x].' }));
    });
    await expect(redress.feed().next()).rejects.toThrow(RefusedError);
  });

  it('ends without an error when its signal is aborted', async () => {
    const leaving = new AbortController();
    const redress = await answering((_, response) => {
      streaming(response).write('id:1\n\n', () => {
        leaving.abort();
      });
    });
    expect(await all(redress.feed({ signal: leaving.signal }))).toEqual([]);
  });
});

describe('an answer', () => {
  it.each([
    [404, { errorCode: 'NotFound', errorMsg: 'Not found resource!' }, NotFoundError],
    [409, { errorCode: 'CommandExpectVersionConflict', errorMsg: 'x', stage: 'PROCESSED' }, ConflictError],
    [400, { errorCode: 'IllegalState', errorMsg: 'x' }, RefusedError],
    [502, '<html>Bad Gateway</html>', UnavailableError],
    [429, { errorCode: 'TooManyRequests', errorMsg: 'x' }, UnavailableError],
  ])('with status %d is an error of its own class', async (status, body, Class) => {
    const redress = await answering((_, response) => {
      const text = typeof body === 'string' ? body : JSON.stringify(body);
      response.writeHead(status, { 'retry-after': '2' }).end(text);
    });
    const error: unknown = await redress.deleteAggregate('x').catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(Class);
    expect(error).toMatchObject({
      status,
      retryAfter: 2,
      errorCode: typeof body === 'string' ? 'HttpStatus502' : body.errorCode,
      result: typeof body === 'object' && 'stage' in body ? body : null,
    });
  });

  it('that is not of Redress is said to be so', async () => {
    const redress = await answering((_, response) => response.end('<html>Welcome!</html>'));
    await expect(redress.records.get('x')).rejects.toThrow('Is that Redress? <html>Welcome!</html>');
  });

  it('is not asked for with an id that no header holds', async () => {
    const asked = connectRedress('http://127.0.0.1:9').deleteAggregate('x', { requestId: '請' });
    await expect(asked).rejects.toMatchObject({ name: 'RefusedError', errorCode: 'IllegalArgument', status: null });
  });

  it('is not waited for when the signal of the caller is aborted, whose reason that is', async () => {
    const redress = await answering(() => undefined);
    const leaving = new AbortController();
    const answer = redress.deleteAggregate('x', { signal: leaving.signal });
    leaving.abort(new Error('enough'));
    await expect(answer).rejects.toThrow('enough');
  });
});

async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const found: Item[] = [];
  for await (const item of items) found.push(item);
  return found;
}
