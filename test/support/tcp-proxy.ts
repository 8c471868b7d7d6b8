import { once } from 'node:events';
import { type AddressInfo, type Socket, connect, createServer } from 'node:net';

/** A stretch of network in front of a server, which a test can cut or hold up. */
export interface TcpProxy {
  /** `host:port` to connect to in place of the server. */
  readonly address: string;
  /** Breaks every connection and refuses new ones. */
  cut(): void;
  /** Holds back whatever is sent, and loses nothing of it. */
  stall(): void;
  restore(): void;
  close(): Promise<void>;
}

/** Passes everything on to `target`, which is `host:port`. */
export async function startTcpProxy(target: string): Promise<TcpProxy> {
  const { hostname, port } = new URL(`tcp://${target}`);
  const sockets = new Set<Socket>();
  let isCut = false;
  let isStalled = false;
  const keep = (socket: Socket): Socket => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    // A broken connection closes too, and that is passed on to the other side.
    socket.on('error', () => undefined);
    return socket;
  };
  const pass = (from: Socket, to: Socket): void => {
    from.on('data', (chunk: Buffer) => void to.write(chunk));
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
    near.once('close', () => far.destroy());
    far.once('close', () => near.destroy());
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
    restore() {
      isCut = false;
      isStalled = false;
      for (const socket of sockets) socket.resume();
    },
    async close() {
      server.close();
      breakAll();
      await once(server, 'close');
    },
  };
}
