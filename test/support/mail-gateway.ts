import { once } from 'node:events';
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { eventually } from './eventually.ts';

/** A notice that the example worker wants sent. Nothing is answered unless the test says so. */
export interface Notice {
  /** The key that it came with. */
  readonly key: string | undefined;
  /** Whether the connection is gone. */
  isClosed(): boolean;
  answer(status: number, text?: string, headers?: Readonly<Record<string, string>>): void;
}

/** The mail gateway that the example worker uses, on this machine. */
export interface MailGateway {
  readonly url: string;
  /** Everything that was asked for about an order so far. */
  notices(order: string): readonly Notice[];
  /** The notice about an order with this number, counted from 1, as soon as it is asked for. */
  notice(order: string, number: number, timeout?: number): Promise<Notice>;
  close(): void;
}

export async function startMailGateway(): Promise<MailGateway> {
  const notices = new Map<string, Notice[]>();
  const server = createServer((request, response) => {
    const order = decodeURIComponent(request.url?.split('/').at(-1) ?? '');
    notices.set(order, [...of(order), toNotice(request, response)]);
  });
  const of = (order: string): readonly Notice[] => notices.get(order) ?? [];
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    notices: of,
    notice: (order, number, timeout) =>
      eventually(() => {
        const notice = of(order)[number - 1];
        if (notice === undefined) throw new Error(`${of(order).length} notices about order ${order} were asked for`);
        return notice;
      }, timeout),
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

function toNotice(request: IncomingMessage, response: ServerResponse): Notice {
  let closed = false;
  response.once('close', () => {
    closed = !response.writableEnded;
  });
  const key = request.headers['idempotency-key'];
  return {
    key: typeof key === 'string' ? key : undefined,
    isClosed: () => closed,
    answer(status, text = '', headers = {}) {
      response.writeHead(status, headers).end(text);
    },
  };
}
