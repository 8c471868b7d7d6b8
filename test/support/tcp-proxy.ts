import { once } from 'node:events';
import { type AddressInfo, type Socket, connect, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** A stretch of network in front of a server, which a test can cut, hold up or slow down. */
export interface TcpProxy {
  /** `host:port` to connect to in place of the server. */
  readonly address: string;
  /** Breaks every connection and refuses new ones. */
  cut(): void;
  /** Holds back whatever is sent, and loses nothing of it. */
  stall(): void;
  /** Delivers whatever is sent, in either direction, so many milliseconds later. */
  slow(latency: number): void;
  restore(): void;
  close(): Promise<void>;
}

/** Passes everything on to `target`, which is `host:port`. */
export async function startTcpProxy(target: string): Promise<TcpProxy> {
  const { hostname, port } = new URL(`tcp://${target}`);
  const sockets = new Set<Socket>();
  let isCut = false;
  let isStalled = false;
  let latency = 0;
  const keep = (socket: Socket): Socket => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    // A broken connection closes too, and that is passed on to the other side.
    socket.on('error', () => undefined);
    return socket;
  };
  const pass = (from: Socket, to: Socket): void => {
    // One after the other, also where the latency changes meanwhile.
    let passed = Promise.resolve();
    from.on('data', (chunk: Buffer) => {
      const arrivesAt = performance.now() + latency;
      passed = passed.then(async () => {
        const left = arrivesAt - performance.now();
        if (left > 0) await sleep(left);
        to.write(chunk);
      });
    });
    from.once('close', () => void passed.then(() => to.destroy()));
    if (isStalled) from.pause();
  };
  const breakAll = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  const server = createServer((near) => {
    keep(near);
    if (isCut) {
      near.destroy();
      return;
    }
    const far = keep(connect(Number(port), hostname));
    pass(near, far);
    pass(far, near);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    cut() {
      isCut = true;
      breakAll();
    },
    stall() {
      isStalled = true;
      for (const socket of sockets) socket.pause();
    },
    slow(milliseconds) {
      latency = milliseconds;
    },
    restore() {
      isCut = false;
      isStalled = false;
      latency = 0;
      for (const socket of sockets) socket.resume();
    },
    async close() {
      server.close();
      breakAll();
      await once(server, 'close');
    },
  };
}
