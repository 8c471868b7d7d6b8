import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { Webhook, WebhookVerificationError } from 'standardwebhooks';
import { type Answer, createRetries, PREPARED_RETRY, type Retries, type RetriesOptions } from './retries.ts';
import { LOOPBACK } from '../ports.ts';

/** A service whose event handlers fail. Redress delivers their retries to it. */
export interface Shop extends Omit<Retries, 'take'> {
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
  const webhook = new Webhook(secret);
  const closing = new AbortController();
  const { take, ...retries } = createRetries({ ...options, closing: closing.signal });
  let refused = 0;

  const answer = async (request: IncomingMessage): Promise<Answer> => {
    const receivedAt = Date.now();
    const body = await text(request);
    if (isSigned(webhook, body, request)) return take(PREPARED_RETRY.parse(JSON.parse(body)), receivedAt);
    refused += 1;
    return { status: 401 };
  };
  const server = createServer((request, response) => {
    void answer(request)
      .catch((error: unknown): Answer => {
        if (!closing.signal.aborted) retries.problems.push(`The shop could not answer: ${String(error)}`);
        return { status: 500 };
      })
      .then(({ status, body }) => {
        response.writeHead(status, { 'Content-Type': 'application/json' });
        response.end(body === undefined ? undefined : JSON.stringify(body));
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

/** Whether the body was signed with our secret, as Standard Webhooks prescribe, and no more than minutes ago. */
function isSigned(webhook: Webhook, body: string, { headers }: IncomingMessage): boolean {
  try {
    webhook.verify(body, headers as Record<string, string>);
    return true;
  } catch (error) {
    if (error instanceof WebhookVerificationError) return false;
    throw error;
  }
}
