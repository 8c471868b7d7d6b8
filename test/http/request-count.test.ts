import { once } from 'node:events';
import { request } from 'node:http';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { GatewayError } from '../../src/gateway/index.ts';
import { createPages } from '../../src/http/index.ts';
import { createMetrics } from '../../src/metrics.ts';
import { CREATE, CREATE_PATH, type Doors, failure, openDoors, result } from './doors.ts';

const PREPARE = '/execution_failed/{id}/prepare_compensation';

let doors: Doors;
beforeEach(async () => {
  doors = await openDoors({ metrics: createMetrics() }, createPages({ dashboardDir: null, temporalUiUrl: null }));
});
afterEach(() => doors.close(0));

/** What is counted, but for the looks at it: `method route status count`. */
async function readCounts(): Promise<string[]> {
  const { body } = await doors.send({ path: '/metrics' });
  return [...body.matchAll(/^redress_http_requests_total\{method="(.*)",route="(.*)",status="(.*)"\} (\d+)$/gm)]
    .map((found) => found.slice(1).join(' '))
    .filter((count) => !count.startsWith('GET /metrics '));
}

const expectCounts = (counts: readonly string[]): Promise<void> => expect.poll(readCounts).toEqual(counts);

describe('a request is counted by the template of its route and its status', () => {
  test('when it went well', async () => {
    await doors.sendJson('PUT', '/execution_failed/a/prepare_compensation', {});
    await doors.sendJson('PUT', '/execution_failed/b/prepare_compensation', {});
    await expectCounts([`PUT ${PREPARE} 200 2`]);
  });

  test('when the caller made a mistake', async () => {
    await doors.sendJson('POST', CREATE_PATH, { retrySpec: 7 });
    await expectCounts([`POST ${CREATE_PATH} 400 1`]);
  });

  test('when the gateway could not answer', async () => {
    doors.play(() => failure(new GatewayError('ServiceUnavailable', 'Repeat it.')));
    await doors.sendJson('POST', CREATE_PATH, CREATE);
    await expectCounts([`POST ${CREATE_PATH} 503 1`]);
  });

  test('when its method is explained', async () => {
    await doors.send({ method: 'DELETE', path: '/actuator/health' });
    await expectCounts(['DELETE /actuator/health 405 1']);
  });
});

test.each([
  ['nowhere', 'GET', '/nowhere/at/all', 'GET unknown 404 1'],
  ['to a route with a method that it does not explain', 'GET', CREATE_PATH, 'GET unknown 404 1'],
  ['with a broken escape', 'GET', '/execution_failed/%zz/snapshot', 'GET unknown 400 1'],
  ['with a method of no route', 'PROPFIND', '/actuator/health', 'other /actuator/health 405 1'],
  ['for a page', 'GET', '/to-retry', 'GET pages 200 1'],
  ['for a file of a page', 'GET', '/swagger-ui/index.css', 'GET pages 200 1'],
])('a request %s leaves nothing of its own in the labels', async (_what, method, path, count) => {
  await doors.send({ method, path });
  await expectCounts([count]);
});

describe('a caller that leaves', () => {
  /** Sends a prepare whose second result never comes, and leaves when `leaves` says so. */
  async function leave(accept: string, leaves: 'before the answer' | 'in the middle'): Promise<void> {
    const started = Promise.withResolvers<undefined>();
    doors.play(async function* ({ cancelled }) {
      started.resolve(undefined);
      yield result({ stage: 'SENT' });
      await once(cancelled, 'abort');
    });
    const sent = request(`${doors.url}/execution_failed/a/prepare_compensation`, {
      method: 'PUT',
      headers: { Accept: accept },
    });
    sent.on('error', () => undefined).end();
    await (leaves === 'in the middle' ? once(sent, 'response') : started.promise);
    sent.destroy();
  }

  test('before its answer is counted as closed', async () => {
    await leave('application/json', 'before the answer');
    await expectCounts([`PUT ${PREPARE} closed 1`]);
  });

  test('in the middle of a stream is counted once, as the stream began', async () => {
    await leave('text/event-stream', 'in the middle');
    await expectCounts([`PUT ${PREPARE} 200 1`]);
  });
});
