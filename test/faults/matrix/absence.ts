import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** Milliseconds between two looks. */
const LOOK = 50;

/** How a server was away while it was watched. */
export interface Absence {
  /** How often it went. */
  readonly times: number;
  /** For how many milliseconds altogether. */
  readonly lasted: number;
}

/** Watches from outside whether anybody listens at an address, a URL or `host:port`, while `work` is done. */
export async function absenceDuring(address: string, work: () => Promise<unknown>): Promise<Absence> {
  const { hostname, port } = new URL(address.includes('://') ? address : `tcp://${address}`);
  const over = new AbortController();
  let times = 0;
  let lasted = 0;
  const watching = (async () => {
    let goneAt: number | null = null;
    for (;;) {
      const at = performance.now();
      const isThere = await listens(hostname, Number(port));
      if (goneAt !== null) lasted += at - goneAt;
      if (goneAt === null && !isThere) times += 1;
      goneAt = isThere ? null : at;
      if (over.signal.aborted) return;
      await sleep(LOOK);
    }
  })();
  try {
    await work();
  } finally {
    over.abort();
    await watching;
  }
  return { times, lasted };
}

async function listens(host: string, port: number): Promise<boolean> {
  const socket = connect(port, host);
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    // Nobody is there: that is what is asked.
    return false;
  } finally {
    socket.destroy();
  }
}
