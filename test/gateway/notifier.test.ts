import { once } from 'node:events';
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, describe, it } from 'vitest';
import { type Notifier, WAIT_PATH, createNotifier } from '../../src/gateway/notifier.ts';
import { SILENT } from '../support/store.ts';
import { signal } from './given.ts';

const MAX_IN_FLIGHT = 16;

interface Endpoint {
  readonly url: string;
  /** Signals so far. */
  received(): number;
  /** Answers from now on, and whatever was left without an answer. */
  answer(): void;
}

type Take = (request: IncomingMessage, response: ServerResponse) => void;

const closing: (() => void)[] = [];
afterAll(() => {
  for (const close of closing) close();
});

const ANSWERS: Take = (_, response) => response.end();
const NEVER_ANSWERS: Take = () => undefined;

async function listen(take: Take): Promise<Endpoint> {
  const taken: ServerResponse[] = [];
  let now = take;
  const server = createServer((request, response) => {
    taken.push(response);
    now(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(() => {
    server.close();
    server.closeAllConnections();
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${WAIT_PATH}`,
    received: () => taken.length,
    answer() {
      now = ANSWERS;
      for (const response of taken) response.end();
    },
  };
}

/** Whom it may call: every address, because a living process has advertised it or because of its host. */
const NOTIFIERS = {
  'has advertised itself': () => create([{}], []),
  'WAIT_HOSTS allows': () => create([], ['127.0.0.1']),
};

function create(instances: readonly object[], waitHosts: readonly string[]): Notifier {
  const pool = {
    query: <Row extends object>() => Promise.resolve(instances as Row[]),
    transaction: () => Promise.reject(new Error('it only looks')),
    waiting: () => 0,
  };
  return createNotifier({ pool, log: SILENT, waitHosts: new Set(waitHosts) });
}

const notify = (notifier: Notifier, { url }: Endpoint, times = 1): void => {
  for (let count = 0; count < times; count += 1) notifier.notify(url, [signal('PROCESSED')]);
};

describe.concurrent.for(Object.entries(NOTIFIERS))('a waiter that %s', ([, open]) => {
  it('is told soon although another gives no answer, and that one again once it does', async ({ expect }) => {
    const notifier = open();
    const [dead, alive] = [await listen(NEVER_ANSWERS), await listen(ANSWERS)];
    const tryDead = (times: number): number => {
      notify(notifier, dead, times);
      return dead.received();
    };
    tryDead(200);
    notify(notifier, alive);
    await expect.poll(() => alive.received(), { timeout: 5_000 }).toBe(1);
    expect(dead.received()).toBe(MAX_IN_FLIGHT);

    await expect.poll(() => tryDead(50), { timeout: 5_000 }).toBeGreaterThan(MAX_IN_FLIGHT);
    tryDead(200);
    notify(notifier, alive);
    await expect.poll(() => alive.received(), { timeout: 1_500 }).toBe(2);
    expect(dead.received()).toBe(MAX_IN_FLIGHT + 1);

    dead.answer();
    await expect.poll(() => tryDead(1), { timeout: 6_000 }).toBeGreaterThan(MAX_IN_FLIGHT + 3);
  });

  it.for<[string, Take]>([
    ['refuses', (_, response) => response.writeHead(503).end()],
    ['breaks its connection', (request) => request.socket.destroy()],
  ])('is told of what comes next although it %s', async ([, take], { expect }) => {
    const notifier = open();
    const endpoint = await listen(take);
    for (const count of [1, 2, 3]) {
      notify(notifier, endpoint);
      await expect.poll(() => endpoint.received(), { timeout: 1_000 }).toBe(count);
    }
  });
});
