import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CREATE, CREATE_PATH, type Doors, json, openDoors } from './doors.ts';

let doors: Doors;
beforeAll(async () => {
  doors = await openDoors();
});
afterAll(() => doors.close());

const SSE = 'text/event-stream;charset=UTF-8';
const JSON_TYPE = 'application/json';

describe('a command endpoint', () => {
  test.each([
    ['', JSON_TYPE],
    [',', JSON_TYPE],
    ['*/*', JSON_TYPE],
    ['application/json', JSON_TYPE],
    ['APPLICATION/JSON', JSON_TYPE],
    ['application/json;charset=UTF-8', JSON_TYPE],
    ['text/event-stream', SSE],
    ['Text/Event-Stream; charset=utf-8', SSE],
    ['text/*', SSE],
    ['application/*', JSON_TYPE],
    ['application/json, text/event-stream', JSON_TYPE],
    ['text/event-stream, application/json', SSE],
    ['application/json;q=0.5, text/event-stream', SSE],
    ['text/event-stream;q=0.9, application/json', JSON_TYPE],
    ['text/event-stream;q=0.9, */*;q=0.1', SSE],
    ['*/*, text/event-stream', SSE],
    ['*/*;q=0.8, application/json;q=0.2, text/event-stream;q=0.5', SSE],
    ['text/event-stream;q=0, */*', JSON_TYPE],
    ['application/json;q=0, */*', SSE],
    // What Java's HttpURLConnection sends, and browsers.
    ['text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2', JSON_TYPE],
    ['text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', JSON_TYPE],
    ['application/json;profile="a,b", text/event-stream;q=0.1', JSON_TYPE],
  ])('answers Accept: %s with %s', async (accept, contentType) => {
    const received = await doors.sendJson('POST', CREATE_PATH, CREATE, { Accept: accept });
    expect(received.status).toBe(200);
    expect(received.headers['content-type']).toBe(contentType);
  });

  test.each(['text/html', 'application/xml', 'application/*+json', 'image/*'])(
    'does not exist for Accept: %s',
    async (accept) => {
      const received = await doors.sendJson('POST', CREATE_PATH, CREATE, { Accept: accept });
      expect(received.status).toBe(404);
      expect(json(received)['errorMsg']).toMatch(/^404 NOT_FOUND "No static resource execution_failed\/create/);
    },
  );

  test('says that nothing is acceptable where all it has is refused', async () => {
    const received = await doors.sendJson('POST', CREATE_PATH, CREATE, { Accept: 'text/event-stream;q=0, */*;q=0.0' });
    expect([received.status, received.headers['wow-error-code']]).toEqual([406, 'NotAcceptable']);
  });

  test.each([
    ['bogus', `Invalid mime type "bogus": does not contain '/'`],
    ['application/json, bogus', `Invalid mime type "bogus": does not contain '/'`],
    ['text/', 'Invalid mime type "text/"'],
    ['application/json;q=2', 'Invalid mime type "application/json;q=2"'],
    ['application/json;q=x', 'Invalid mime type "application/json;q=x"'],
    ['a b/c', 'Invalid mime type "a b/c"'],
  ])('refuses the malformed Accept: %s', async (accept, errorMsg) => {
    const received = await doors.sendJson('POST', CREATE_PATH, CREATE, { Accept: accept });
    expect([received.status, json(received)]).toEqual([
      400,
      { errorCode: 'IllegalArgument', errorMsg, succeeded: false },
    ]);
  });

  test('does not suffer from an Accept that is made to be slow to read', async () => {
    const startedAt = performance.now();
    await doors.sendJson('POST', CREATE_PATH, CREATE, { Accept: `${'"\\'.repeat(3_000)},${'a/b,'.repeat(1_500)}` });
    expect(performance.now() - startedAt).toBeLessThan(500);
  });
});

describe('the body of a command', () => {
  test.each(['application/json', 'application/json;charset=UTF-8', 'application/vnd.api+json', 'APPLICATION/Json'])(
    'may be %s',
    async (contentType) => {
      const received = await doors.sendJson('POST', CREATE_PATH, CREATE, { 'Content-Type': contentType });
      expect(received.status).toBe(200);
    },
  );

  test.each([
    ['POST', CREATE_PATH],
    ['PUT', '/execution_failed/x/prepare_compensation'],
    ['PUT', '/execution_failed/x/apply_execution_success'],
    ['DELETE', '/execution_failed/x'],
    ['POST', '/wow/command/wait'],
  ])('may not be text for %s %s', async (method, path) => {
    for (const headers of [{ 'Content-Type': 'text/plain' }, {}]) {
      const received = await doors.send({ method, path, headers, body: '{}' });
      expect([received.status, json(received)['errorCode']]).toEqual([415, 'UnsupportedMediaType']);
    }
  });

  test('may be missing together with its type, or with any type', async () => {
    const path = '/execution_failed/x/prepare_compensation';
    for (const headers of [{}, { 'Content-Type': 'text/plain;charset=UTF-8' }, { 'Content-Type': 'bogus' }]) {
      expect((await doors.send({ method: 'PUT', path, headers })).status).toBe(200);
      expect((await doors.send({ method: 'PUT', path, headers, body: '' })).status).toBe(200);
    }
  });
});
