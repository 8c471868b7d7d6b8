import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import type { ReadableStream as NodeStream } from 'node:stream/web';
import type { RetryHandler } from './execute.ts';
import { type ReceiveOptions, receiveRetries } from './receive.ts';

/** A request handler of Express, or with its first two parameters a listener of `node:http`. */
export type NodeHandler = (
  request: IncomingMessage & { readonly body?: unknown },
  response: ServerResponse,
  next?: (error: unknown) => void,
) => void;

/**
 * {@link receiveRetries} for Express 4 and 5, and for `node:http`. The signature is over the bytes as they came, so mount
 * it before `express.json()`, or behind `express.text({ type: 'application/json' })` or `express.raw(…)`.
 * @throws TypeError as receiveRetries
 */
export function expressRetries(handlers: readonly RetryHandler[], options: ReceiveOptions): NodeHandler {
  const receive = receiveRetries(handlers, options);
  return (request, response, next) => {
    const gone = new AbortController();
    response.once('close', () => {
      if (!response.writableFinished) gone.abort(new Error('Redress has hung up.'));
    });
    toRequest(request, gone.signal)
      .then(receive)
      .then((answer) => send(answer, response))
      .catch((error: unknown) => {
        if (gone.signal.aborted) return;
        if (next !== undefined) next(error);
        else response.writeHead(500).end();
      });
  };
}

/** @throws TypeError where the bytes of the body are lost */
async function toRequest(
  request: IncomingMessage & { readonly body?: unknown },
  signal: AbortSignal,
): Promise<Request> {
  const headers = new Headers();
  for (const [name, values] of Object.entries(request.headersDistinct)) {
    for (const value of values ?? []) headers.append(name, value);
  }
  const { method = 'GET' } = request;
  const init = { method, headers, signal };
  // Nobody asks for the address: it is Express that has found the way here.
  const url = 'http://redress.invalid/';
  if (method !== 'POST') return new Request(url, { method, headers, signal });
  const body: unknown = request.body;
  if (typeof body === 'string') return new Request(url, { ...init, body });
  if (body instanceof Uint8Array) return new Request(url, { ...init, body: body.slice() });
  if (request.readableDidRead) {
    throw new TypeError(
      'The body was parsed already, so that its signature cannot be checked: mount expressRetries before express.json().',
    );
  }
  const stream = Readable.toWeb(request) as NodeStream<Uint8Array>;
  return await Promise.resolve(new Request(url, { ...init, body: stream, duplex: 'half' }));
}

async function send(answer: Response, response: ServerResponse): Promise<void> {
  const body = await answer.text();
  response.writeHead(answer.status, Object.fromEntries(answer.headers));
  response.end(body);
}
