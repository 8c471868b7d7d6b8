import { type RequestListener, type Server, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Milliseconds until the headers of a request must be here: whoever is slower is not served. */
const HEADERS_TIMEOUT = 10_000;
/** Milliseconds until all of a request must be here. Has no bearing on how long its answer may take. */
const REQUEST_TIMEOUT = 30_000;
/** Milliseconds that an idle connection is kept: longer than load balancers keep theirs, so that they are the first to let go. */
const KEEP_ALIVE_TIMEOUT = 65_000;
const CONNECTIONS_CHECKING_INTERVAL = 5_000;
/** Milliseconds between two looks, while closing, for connections whose last request has been answered meanwhile. */
const IDLE_CHECK = 50;
/** Each may hold a body of 1 MiB. */
const MAX_CONNECTIONS = 4_096;

export interface HttpServerOptions {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  readonly app: RequestListener;
}

export interface HttpServer {
  /** Without a final slash. */
  readonly url: string;
  readonly port: number;
  /** Takes no more connections and lets running requests finish; what is left after `grace` milliseconds is cut off. */
  close(grace: number): Promise<void>;
}

/** Host and port cannot be listened on; the message says what to do. */
export class ListenError extends Error {
  override readonly name = 'ListenError';
}

/** Listens. @throws ListenError */
export async function startHttp({ host, port, app }: HttpServerOptions): Promise<HttpServer> {
  const server = createServer(
    {
      headersTimeout: HEADERS_TIMEOUT,
      requestTimeout: REQUEST_TIMEOUT,
      keepAliveTimeout: KEEP_ALIVE_TIMEOUT,
      connectionsCheckingInterval: CONNECTIONS_CHECKING_INTERVAL,
    },
    app,
  );
  server.maxConnections = MAX_CONNECTIONS;
  const running = new Set<ServerResponse>();
  server.prependListener('request', (_request, response: ServerResponse) => {
    running.add(response);
    response.once('close', () => running.delete(response));
    if (!server.listening) endConnectionWith(response);
  });
  await listen(server, host, port);
  const { address, family, port: actual } = server.address() as AddressInfo;
  return {
    url: `http://${family === 'IPv6' ? `[${address}]` : address}:${actual}`,
    port: actual,
    close: (grace) => close(server, running, grace),
  };
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const refuse = (error: NodeJS.ErrnoException): void => {
      const advice =
        error.code === 'EADDRINUSE'
          ? `Port ${port} of ${host} is taken. End the process that listens there, or set PORT to a free one.`
          : `Cannot listen on port ${port} of ${host} (${error.message}). Set HOST and PORT to what this machine allows.`;
      reject(new ListenError(advice, { cause: error }));
    };
    server.once('error', refuse);
    server.listen(port, host, () => {
      server.off('error', refuse);
      resolve();
    });
  });
}

function close(server: Server, running: ReadonlySet<ServerResponse>, grace: number): Promise<void> {
  return new Promise((resolve) => {
    const idle = setInterval(() => {
      server.closeIdleConnections();
    }, IDLE_CHECK);
    const deadline = setTimeout(() => {
      server.closeAllConnections();
    }, grace);
    server.close(() => {
      clearInterval(idle);
      clearTimeout(deadline);
      resolve();
    });
    running.forEach(endConnectionWith);
  });
}

/** Makes an answer the last one on its connection: one that is kept would bring request after request. */
function endConnectionWith(response: ServerResponse): void {
  if (!response.headersSent) response.setHeader('Connection', 'close');
}
