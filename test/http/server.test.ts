import { Agent, createServer, get } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { ListenError, startHttp } from '../../src/http/index.ts';
import { type Doors, openDoors, result } from './doors.ts';

let doors: Doors;
afterEach(() => doors.close(0));

/** The status and the `Connection` header of a GET that keeps its connection in `agent`. */
function getStatus(agent: Agent, url: string): Promise<[number | undefined, string | undefined]> {
  return new Promise((resolve, reject) => {
    get(url, { agent }, (response) => {
      response.resume().on('end', () => {
        resolve([response.statusCode, response.headers.connection]);
      });
    }).on('error', reject);
  });
}

/** A request that is answered when `answer` is called. */
async function startWaiting(headers: Record<string, string> = {}) {
  doors = await openDoors();
  const started = Promise.withResolvers<undefined>();
  const answered = Promise.withResolvers<undefined>();
  doors.play(async function* () {
    started.resolve(undefined);
    yield result({ stage: 'SENT' });
    await answered.promise;
    yield result();
  });
  const response = fetch(`${doors.url}/execution_failed/x/prepare_compensation`, { method: 'PUT', headers });
  await started.promise;
  return {
    response,
    answer: () => {
      answered.resolve(undefined);
    },
  };
}

describe('closing', () => {
  test('lets a running request finish and takes no new one', async () => {
    const { response, answer } = await startWaiting();
    const closed = doors.close(5_000);
    await expect(fetch(`${doors.url}/wow/id/global`)).rejects.toThrow();
    answer();
    expect((await response).status).toBe(200);
    await closed;
  });

  test('cuts off what has not finished in time, which ends the wait', async () => {
    const { response } = await startWaiting();
    const startedAt = performance.now();
    await Promise.all([expect(response).rejects.toThrow(), doors.close(100)]);
    expect(performance.now() - startedAt).toBeLessThan(1_000);
    await expect.poll(() => doors.asked.at(-1)?.cancelled.aborted).toBe(true);
  });

  test('does not wait for connections that are only kept', async () => {
    doors = await openDoors();
    const agent = new Agent({ keepAlive: true });
    expect(await getStatus(agent, `${doors.url}/wow/id/global`)).toEqual([200, 'keep-alive']);
    const startedAt = performance.now();
    await doors.close(5_000);
    expect(performance.now() - startedAt).toBeLessThan(1_000);
    agent.destroy();
  });

  test('makes the running answers the last ones on their connections', async () => {
    const { answer, response } = await startWaiting();
    const closed = doors.close(5_000);
    answer();
    expect((await response).headers.get('connection')).toBe('close');
    await closed;
  });

  test('does not wait for the connection of a stream that ended meanwhile', async () => {
    const { answer, response } = await startWaiting({ Accept: 'text/event-stream' });
    const { body } = await response;
    const closed = doors.close(5_000);
    const startedAt = performance.now();
    answer();
    await body?.pipeTo(new WritableStream());
    await closed;
    expect(performance.now() - startedAt).toBeLessThan(1_000);
  });
});

test('an address that is taken is named, with what to do', async () => {
  doors = await openDoors();
  const other = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => other.once('listening', resolve));
  const { port } = other.address() as AddressInfo;
  const started = startHttp({ host: '127.0.0.1', port, app: () => undefined });
  await expect(started).rejects.toThrow(ListenError);
  await expect(started).rejects.toThrow(`Port ${port} of 127.0.0.1 is taken. End the process that listens there`);
  other.close();
});

test('the address that it listens on is a URL', async () => {
  doors = await openDoors();
  expect(doors.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
});
