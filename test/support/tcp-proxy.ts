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
  /** Loses for good whatever comes on the connections of now, also that one side has left; new ones are not concerned. */
  lose(): void;
  /** Delivers whatever is sent, in either direction, so many milliseconds later. */
  slow(latency: number): void;
  restore(): void;
  /** What has suffered from it until now. */
  felt(): Felt;
  close(): Promise<void>;
}

/** What was on its way while a stretch of network was not as it should be. */
export interface Felt {
  /** Pieces that came late, and that were held back. */
  readonly late: number;
  readonly held: number;
  /** Connections that a cut has broken or refused. */
  readonly cut: number;
}

/** Passes everything on to `target`, which is `host:port`. */
export async function startTcpProxy(target: string): Promise<TcpProxy> {
  const { hostname, port } = new URL(`tcp://${target}`);
  const sockets = new Set<Socket>();
  const lost = new WeakSet<Socket>();
  let isCut = false;
  let isStalled = false;
  let latency = 0;
  /** Resolves as soon as nothing is held back any more. */
  let passage = Promise.withResolvers<undefined>();
  passage.resolve(undefined);
  const felt = { late: 0, held: 0, cut: 0 };
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
      if (isStalled) felt.held += 1;
      else if (latency > 0) felt.late += 1;
      passed = passed.then(async () => {
        const left = arrivesAt - performance.now();
        if (left > 0) await sleep(left);
        await passage.promise;
        if (!lost.has(from)) to.write(chunk);
      });
    });
    // That one side has left is held back like everything else.
    from.once(
      'close',
      () =>
        void passed
          .then(() => passage.promise)
          .then(() => {
            if (!lost.has(from)) to.destroy();
          }),
    );
  };
  const breakAll = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  const server = createServer((near) => {
    keep(near).once('close', () => {
      if (isCut) felt.cut += 1;
    });
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
      if (isStalled) return;
      isStalled = true;
      passage = Promise.withResolvers();
    },
    lose() {
      for (const socket of sockets) lost.add(socket);
    },
    slow(milliseconds) {
      latency = milliseconds;
    },
    restore() {
      isCut = false;
      isStalled = false;
      latency = 0;
      passage.resolve(undefined);
    },
    felt: () => ({ ...felt }),
    async close() {
      server.close();
      breakAll();
      await once(server, 'close');
    },
  };
}
