import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type CommandResult, GatewayError } from '../../src/gateway/index.ts';
import { CREATE, CREATE_PATH, type Doors, GLOBAL_ID, failure, openDoors, refused, result, results } from './doors.ts';

let doors: Doors;
beforeAll(async () => {
  doors = await openDoors();
});
afterEach(() => {
  doors.logged.length = 0;
  doors.play(() => results(result()));
});
afterAll(() => doors.close());

const SSE = { Accept: 'text/event-stream' };
const create = (headers: Record<string, string> = {}) =>
  doors.sendJson('POST', CREATE_PATH, CREATE, { ...SSE, ...headers });
const frame = (id: string, event: string, data: unknown) =>
  `id:${id}\nevent:${event}\ndata:${JSON.stringify(data)}\n\n`;

test('every result is a frame, byte for byte as the original writes it', async () => {
  const sent = result({ stage: 'SENT', id: 's', aggregateVersion: 0, result: { a: 1 } });
  const processed = result();
  const snapshot = result({ stage: 'SNAPSHOT', id: 'e' });
  doors.play(() => results(sent, processed, snapshot));
  const received = await create();
  expect(received.body).toBe(
    frame('s', 'SENT', sent) + frame(processed.id, 'PROCESSED', processed) + frame('e', 'SNAPSHOT', snapshot),
  );
  expect([received.status, received.headers['wow-error-code'], received.headers['content-type']]).toEqual([
    200,
    'Ok',
    'text/event-stream;charset=UTF-8',
  ]);
});

test('a refusal by the record is an ordinary frame', async () => {
  const sent = result({ stage: 'SENT' });
  const refusal = refused('IllegalState', 'ExecutionFailed is not prepared.');
  doors.play(() => results(sent, refusal));
  expect((await create()).body).toBe(frame(sent.id, 'SENT', sent) + frame(refusal.id, 'PROCESSED', refusal));
});

test('a refusal before sending is an error frame', async () => {
  const refusal = refused('DuplicateRequestId', 'Duplicate request ID[r].', { stage: 'SENT', id: 'other' });
  doors.play(() => results(refusal));
  expect((await create()).body).toBe(frame(GLOBAL_ID, 'DuplicateRequestId', refusal));
});

test.each([
  ['RequestTimeout', {}],
  ['TooManyRequests', {}],
  ['ServiceUnavailable', { commandId: 'c', aggregateId: 'a', requestId: 'r' }],
] as const)('%s is an error frame after what was there', async (code, details) => {
  const sent = result({ stage: 'SENT' });
  doors.play(async function* () {
    yield sent;
    yield* failure(new GatewayError(code, 'why', 'commandId' in details ? { details } : {}));
  });
  const received = await create();
  expect(received.status).toBe(200);
  expect(received.body).toBe(
    frame(sent.id, 'SENT', sent) +
      frame(GLOBAL_ID, code, { errorCode: code, errorMsg: 'why', succeeded: false, ...details }),
  );
});

test('a body of the wrong type or size is an error frame, too', async () => {
  const wrong = await create({ 'Content-Type': 'text/plain' });
  expect(wrong.body).toMatch(/^id:.+\nevent:UnsupportedMediaType\ndata:\{"errorCode":"UnsupportedMediaType",.*\}\n\n$/);
  const large = await doors.sendJson('POST', CREATE_PATH, 'x'.repeat(1024 * 1024), SSE);
  expect(large.body).toMatch(/^id:.+\nevent:PayloadTooLarge\n/);
});

test('a defect is an error frame that says nothing of it', async () => {
  doors.play(() => failure(new TypeError('secret detail')));
  expect((await create()).body).toBe(
    frame(GLOBAL_ID, 'InternalServerError', {
      errorCode: 'InternalServerError',
      errorMsg: 'Unexpected server error',
      succeeded: false,
    }),
  );
});

test('foreign words cannot break out of a frame', async () => {
  const signal = result({ id: 'a\ndata:evil\r\n\n', stage: 'PROJECTED', errorMsg: 'line\nbreak' });
  doors.play(() => results(signal, refused('Boom\n\nid:x', '', { stage: 'SENT' })));
  const { body } = await create();
  expect(body.split('\n\n')).toHaveLength(3);
  expect(body).toMatch(
    /^id:a data:evil {3}\nevent:PROJECTED\ndata:\{.*line\\nbreak.*\}\n\nid:.+\nevent:Boom {2}id:x\n/,
  );
});

test('SENT is on the wire before there is anything else', async () => {
  const processed = Promise.withResolvers<CommandResult>();
  doors.play(async function* () {
    yield result({ stage: 'SENT', id: 's' });
    yield await processed.promise;
  });
  const response = await fetch(`${doors.url}${CREATE_PATH}`, {
    method: 'POST',
    headers: { ...SSE, 'Content-Type': 'application/json' },
    body: JSON.stringify(CREATE),
  });
  const reader = (response.body ?? new ReadableStream()).pipeThrough(new TextDecoderStream()).getReader();
  expect((await reader.read()).value).toMatch(/^id:s\nevent:SENT\n.*\n\n$/);
  processed.resolve(result());
  expect((await reader.read()).value).toMatch(/\nevent:PROCESSED\n/);
  expect((await reader.read()).done).toBe(true);
});

test('a reader that goes away ends the wait', async () => {
  const aborted = Promise.withResolvers<undefined>();
  doors.play(async function* ({ cancelled }) {
    yield result({ stage: 'SENT' });
    await new Promise((resolve) => {
      cancelled.addEventListener('abort', resolve);
    });
    aborted.resolve(undefined);
  });
  const leaving = new AbortController();
  const response = await fetch(`${doors.url}/execution_failed/x/prepare_compensation`, {
    method: 'PUT',
    headers: SSE,
    signal: leaving.signal,
  });
  await response.body?.getReader().read();
  leaving.abort();
  await aborted.promise;
  expect(doors.logged.join('')).not.toMatch(/"level":50/);
});

test('a reader that reads slowly gets every frame', async () => {
  const big = 'x'.repeat(100_000);
  doors.play(async function* () {
    for (let index = 0; index < 50; index += 1) yield* results(result({ id: String(index), errorMsg: big }));
  });
  const response = await fetch(`${doors.url}/execution_failed/x/prepare_compensation`, { method: 'PUT', headers: SSE });
  await new Promise((resolve) => setTimeout(resolve, 100));
  const ids = [...(await response.text()).matchAll(/^id:(\d+)$/gm)].map(([, id]) => Number(id));
  expect(ids).toEqual(Array.from({ length: 50 }, (_, index) => index));
});
