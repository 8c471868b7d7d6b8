import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingHttpHeaders, type RequestListener } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';
import { type HttpTarget, loadTargets, type PreparedRetry } from '../../src/dispatch/index.ts';
import { ERROR, FAILURE, ID, T0 } from '../domain/given.ts';

/** A request as a service got it. */
export interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A service on this machine that retries are pushed to; it ends with the test. */
export interface Service {
  readonly port: number;
  readonly url: string;
  readonly requests: readonly Received[];
  /** How many connections were ever made to it. */
  readonly connections: () => number;
  /** Settles when the first connection is closed by the other side, or by us. */
  readonly closed: Promise<unknown>;
}

/** Starts a service that answers every request, once it is there in full, by `answer`. */
export async function startService(answer: RequestListener, host = '127.0.0.1'): Promise<Service> {
  const requests: Received[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      requests.push({ method: request.method ?? '', path: request.url ?? '', headers: request.headers, body });
      answer(request, response);
    });
  });
  const closed = new Promise((resolve) => {
    server.on('connection', (socket: Socket) => {
      sockets.add(socket);
      socket.once('close', resolve);
    });
  });
  server.listen(0, host);
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `http://${host}:${port}/retries?from=redress`,
    requests,
    connections: () => sockets.size,
    closed,
  };
}

/** A folder of its own for the files of a test. */
export async function folderOf(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'targets-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
  return folder;
}

/** The target that a file with this one entry makes. */
export async function httpTarget(settings: Readonly<Record<string, unknown>>): Promise<HttpTarget> {
  const entry = { name: 'orders', kind: 'http', allow: ['127.0.0.1'], ...settings };
  const folder = await folderOf({ 'targets.json': JSON.stringify({ targets: [entry] }) });
  const [target] = (await loadTargets(join(folder, 'targets.json'), {})).all;
  if (target?.kind !== 'http') throw new Error('the file makes no http target');
  return target;
}

/** The first attempt of an execution, to be answered within a minute. */
export function preparedRetry(changes: Partial<PreparedRetry> = {}): PreparedRetry {
  const { errorCode, errorMsg, succeeded } = ERROR;
  return {
    executionId: ID,
    version: 2,
    attempt: 1,
    eventId: FAILURE.eventId,
    function: FAILURE.function,
    error: { errorCode, errorMsg, succeeded },
    executeAt: T0,
    retrySpec: FAILURE.retrySpec,
    retryState: { retries: 1, retryAt: T0, timeoutAt: T0 + 120_000, nextRetryAt: T0 + 360_000 },
    recoverable: 'UNKNOWN',
    deadline: Date.now() + 60_000,
    links: { record: `https://redress.example/execution_failed/${ID}/snapshot` },
    ...changes,
  };
}

/** For deliveries that nobody cancels. */
export const NEVER = new AbortController().signal;
