import { once } from 'node:events';
import { type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Milliseconds between two drops. */
const DROP = 200;
const FLOOD = 10 * 1024 * 1024;

/** What a target may do to a delivery, by the name of its path: all but the last two are failures. */
const DEEDS = {
  hangs: () => undefined,
  drips(response: ServerResponse) {
    response.writeHead(200);
    const timer = setInterval(() => response.write('.'), DROP);
    response.once('close', () => {
      clearInterval(timer);
    });
  },
  lies(response: ServerResponse) {
    response.socket?.end('HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nall of it');
  },
  redirects(response: ServerResponse) {
    response.writeHead(307, { location: '/serves' }).end();
  },
  floods(response: ServerResponse) {
    response.writeHead(500).end(Buffer.alloc(FLOOD, 'x'));
  },
  closes(response: ServerResponse) {
    response.socket?.destroy();
  },
  gushes(response: ServerResponse) {
    response.writeHead(200).end(Buffer.alloc(FLOOD, 'x'));
  },
  serves(response: ServerResponse) {
    response.writeHead(200).end();
  },
} as const satisfies Readonly<Record<string, (response: ServerResponse) => void>>;

/** How a target behaves. */
export type Behaviour = keyof typeof DEEDS;

/** All of them. */
export const BEHAVIOURS = Object.keys(DEEDS) as readonly Behaviour[];

/** A server with a target for each behaviour. */
export interface BadTargets {
  url(behaviour: Behaviour): string;
  /** Requests that each got. */
  readonly requests: ReadonlyMap<Behaviour, number>;
  close(): Promise<void>;
}

/** Starts it on this machine. */
export async function startBadTargets(): Promise<BadTargets> {
  const requests = new Map<Behaviour, number>(BEHAVIOURS.map((behaviour) => [behaviour, 0]));
  const server = createServer((request, response) => {
    const behaviour = BEHAVIOURS.find((name) => request.url === `/${name}`);
    if (behaviour === undefined) throw new Error(`nothing sends to ${String(request.url)}`);
    requests.set(behaviour, (requests.get(behaviour) ?? 0) + 1);
    // The other side may leave while it is written to.
    response.on('error', () => undefined);
    request.resume().once('end', () => {
      DEEDS[behaviour](response);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: (behaviour) => `${origin}/${behaviour}`,
    requests,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close').catch(() => undefined);
    },
  };
}
