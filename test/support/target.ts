import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import type { PreparedRetry } from '../../src/dispatch/index.ts';
import { eventually } from './eventually.ts';

/** Functions of this context are executed by the target. */
export const TARGET_CONTEXT = 'pushed-service';

/** A retry as the target got it. Nothing is answered unless the test says so. */
export interface Delivery {
  readonly headers: IncomingMessage['headers'];
  readonly retry: PreparedRetry;
  /** Whether the connection is gone. */
  isClosed(): boolean;
  answer(status: number, body?: unknown, headers?: Readonly<Record<string, string>>): void;
}

/** A service that executes retries, on this machine. */
export interface Target {
  /** For `TARGETS_FILE`. */
  readonly file: string;
  /** Everything delivered for a record so far, in order. */
  deliveries(id: string): readonly Delivery[];
  /** The delivery with this number, counted from 1, as soon as it has arrived. */
  delivery(id: string, number: number, timeout?: number): Promise<Delivery>;
  close(): Promise<void>;
}

/** `more`: further entries of its targets file. */
export async function startTarget(more = ''): Promise<Target> {
  const deliveries = new Map<string, Delivery[]>();
  const server = createServer((request, response) => {
    void json(request).then((body) => {
      const retry = body as PreparedRetry;
      const delivery = toDelivery(request, response, retry);
      deliveries.set(retry.executionId, [...(deliveries.get(retry.executionId) ?? []), delivery]);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const folder = await mkdtemp(join(tmpdir(), 'redress-target-'));
  const file = join(folder, 'targets.yaml');
  await writeFile(
    file,
    `targets:
  - name: test
    kind: http
    match: { context: ${TARGET_CONTEXT} }
    url: http://127.0.0.1:${port}/retries
    allow: ['127.0.0.1']
${more}`,
  );
  const of = (id: string): readonly Delivery[] => deliveries.get(id) ?? [];
  return {
    file,
    deliveries: of,
    delivery: (id, number, timeout) =>
      eventually(() => {
        const delivery = of(id)[number - 1];
        if (delivery === undefined) throw new Error(`record ${id} was delivered ${of(id).length} times`);
        return delivery;
      }, timeout),
    async close() {
      server.close();
      server.closeAllConnections();
      await rm(folder, { recursive: true });
    },
  };
}

function toDelivery(request: IncomingMessage, response: ServerResponse, retry: PreparedRetry): Delivery {
  let closed = false;
  request.socket.once('close', () => {
    closed = true;
  });
  return {
    headers: request.headers,
    retry,
    isClosed: () => closed,
    answer(status, body, headers = {}) {
      response.writeHead(status, { 'content-type': 'application/json', ...headers });
      response.end(body === undefined ? '' : JSON.stringify(body));
    },
  };
}
