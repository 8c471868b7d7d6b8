import { get } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Doors, openDoors, result } from './doors.ts';

const SMALL = '/actuator/cosid';
const LARGE = '/wow/metadata';

let doors: Doors;
beforeAll(async () => {
  doors = await openDoors();
});
afterAll(() => doors.close());

/** The bytes of an answer as they came. */
function fetchRaw(path: string, encodings?: string): Promise<{ encoding: string | undefined; bytes: Buffer }> {
  return new Promise((resolve, reject) => {
    const headers = encodings === undefined ? {} : { 'Accept-Encoding': encodings };
    get(doors.url + path, { headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        resolve({ encoding: response.headers['content-encoding'], bytes: Buffer.concat(chunks) });
      });
    }).on('error', reject);
  });
}

test.each(['gzip', 'gzip, deflate, br', 'br;q=1, *;q=0.1', 'GZIP;q=0.5'])(
  'a large answer is compressed for %s',
  async (encodings) => {
    const plain = await fetchRaw(LARGE);
    const { encoding, bytes } = await fetchRaw(LARGE, encodings);
    expect(encoding).toBe('gzip');
    expect(bytes.length).toBeLessThan(plain.bytes.length / 2);
    expect(gunzipSync(bytes).toString()).toBe(plain.bytes.toString());
  },
);

test.each([
  [LARGE, undefined],
  [LARGE, 'identity'],
  [LARGE, 'br'],
  [LARGE, 'gzip;q=0'],
  [LARGE, '*, gzip;q=0'],
  [LARGE, 'gzip;q=x'],
  [SMALL, 'gzip'],
])('%s is sent as it is for %s', async (path, encodings) => {
  const { encoding, bytes } = await fetchRaw(path, encodings);
  expect(encoding).toBeUndefined();
  expect(bytes.toString()).toMatch(/^\{/);
});

test('a list that is there at once is compressed like any other answer', async () => {
  const notAsked = () => Promise.reject(new Error('not asked'));
  const list = async function* () {
    yield await Promise.resolve([{ text: 'x'.repeat(5_000) }]);
  };
  const listing = await openDoors({ queries: { count: notAsked, single: notAsked, paged: notAsked, list } });
  const { headers } = await listing.sendJson(
    'POST',
    '/execution_failed/snapshot/list',
    {},
    { 'Accept-Encoding': 'gzip' },
  );
  expect([headers['content-encoding'], headers['content-type'], headers['wow-error-code']]).toEqual([
    'gzip',
    'application/json',
    'Ok',
  ]);
  await listing.close();
});

test('frames are sent as they come, whatever the caller takes', async () => {
  const more = Promise.withResolvers<undefined>();
  doors.play(async function* () {
    yield result({ stage: 'SENT', errorMsg: 'x'.repeat(5_000) });
    await more.promise;
    yield result();
  });
  const response = await fetch(`${doors.url}/execution_failed/x/prepare_compensation`, {
    method: 'PUT',
    headers: { Accept: 'text/event-stream', 'Accept-Encoding': 'gzip' },
  });
  expect(response.headers.get('content-encoding')).toBeNull();
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  expect((await reader?.read())?.value).toContain('event:SENT');
  more.resolve(undefined);
  expect((await reader?.read())?.value).toContain('event:PROCESSED');
  await reader?.cancel();
});
