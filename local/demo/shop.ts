import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expressRetries } from '../../client/src/express.ts';
import { LOOPBACK } from '../ports.ts';
import { type Retries, type RetriesOptions, createRetries } from './retries.ts';

/** A service whose event handlers fail. Redress delivers their retries to it. */
export interface Shop extends Omit<Retries, 'handlers'> {
  /** Where retries are POSTed to. */
  readonly url: string;
  /** Aborted when it closes. */
  readonly closing: AbortSignal;
  /** How many requests had no good signature. */
  refused(): number;
  close(): Promise<void>;
}

export interface ShopOptions extends Omit<RetriesOptions, 'closing'> {
  /** `whsec_…`, which deliveries are signed with. */
  readonly secret: string;
}

/** Opens the shop on a port of its own. */
export async function openShop({ secret, ...options }: ShopOptions): Promise<Shop> {
  const closing = new AbortController();
  const { handlers, ...retries } = createRetries({ ...options, closing: closing.signal });
  let refused = 0;

  const receive = expressRetries(handlers, { secret });
  const server = createServer((request, response) => {
    response.once('finish', () => {
      if (response.statusCode === 401) refused += 1;
    });
    receive(request, response, (error) => {
      retries.problems.push(`The shop could not answer: ${String(error)}`);
      response.writeHead(500).end();
    });
  });
  server.listen(0, LOOPBACK);
  await once(server, 'listening');
  return {
    ...retries,
    url: `http://${LOOPBACK}:${(server.address() as AddressInfo).port}/retries`,
    closing: closing.signal,
    refused: () => refused,
    async close() {
      closing.abort();
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
