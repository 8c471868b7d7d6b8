import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CREATE, CREATE_PATH, type Doors, json, openDoors } from './doors.ts';
import { sendBytes } from './send.ts';

let doors: Doors;
beforeAll(async () => {
  doors = await openDoors();
});
afterAll(() => doors.close());

const JSON_TYPE = { 'Content-Type': 'application/json' };
const MIB = 1024 * 1024;

const post = (body: string | Uint8Array, headers: Record<string, string> = JSON_TYPE) =>
  doors.send({ method: 'POST', path: CREATE_PATH, headers, body });

describe('the body of a request', () => {
  test('of 1 MiB is taken, of one byte more it is not', async () => {
    const padded = (size: number) =>
      JSON.stringify({ ...CREATE, pad: '' }).replace('"pad":""', `"pad":"${'x'.repeat(size)}"`);
    const empty = Buffer.byteLength(padded(0));
    expect((await post(padded(MIB - empty))).status).toBe(200);
    const received = await post(padded(MIB - empty + 1));
    expect([received.status, received.headers['wow-error-code'], json(received)]).toEqual([
      413,
      'PayloadTooLarge',
      { errorCode: 'PayloadTooLarge', errorMsg: 'The body is larger than 1048576 bytes.', succeeded: false },
    ]);
  });

  test('that is too large is refused without its length as well', async () => {
    const chunk = `10000\r\n${'x'.repeat(0x10000)}\r\n`;
    const answer = await sendBytes(
      doors.url,
      `POST ${CREATE_PATH} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n${chunk.repeat(17)}0\r\n\r\n`,
    );
    expect(answer).toMatch(/^HTTP\/1.1 413 .*"errorCode":"PayloadTooLarge"/s);
  });

  test('is not unpacked', async () => {
    const received = await post('x', { ...JSON_TYPE, 'Content-Encoding': 'gzip' });
    expect([received.status, json(received)['errorCode']]).toEqual([415, 'UnsupportedMediaType']);
  });

  test('in an unknown charset is refused', async () => {
    const received = await post('{}', { 'Content-Type': 'application/json;charset=klingon' });
    expect([received.status, json(received)['errorCode']]).toEqual([415, 'UnsupportedMediaType']);
  });

  test('may begin with a byte order mark', async () => {
    expect((await post(`\uFEFF${JSON.stringify(CREATE)}`)).status).toBe(200);
  });

  test('with bytes that are no UTF-8 is read with replacements', async () => {
    const bytes = Buffer.from(JSON.stringify({ ...CREATE, error: { ...CREATE.error, errorMsg: 'a?b' } }));
    bytes[bytes.indexOf('a?b') + 1] = 0xff;
    expect((await post(bytes)).status).toBe(200);
    expect(doors.asked.at(-1)?.command.body).toMatchObject({ error: { errorMsg: 'a\uFFFDb' } });
  });

  test('with escaped text that cannot be stored is read with replacements', async () => {
    await post(JSON.stringify({ ...CREATE, error: { ...CREATE.error, errorMsg: '\0\ud800x' } }));
    expect(doors.asked.at(-1)?.command.body).toMatchObject({ error: { errorMsg: '\uFFFD\uFFFDx' } });
  });

  test.each([
    ['[', 500_000],
    ['{"a":', 150_000],
    ['[', 1_001],
  ])('nested with %s %d times is refused', async (opening, times) => {
    const received = await post(opening.repeat(times));
    expect([received.status, json(received)['bindingErrors']]).toEqual([
      400,
      [{ name: 'body', msg: 'JSON decoding error: It is nested deeper than 1000 levels.' }],
    ]);
  });

  test('may be nested deep enough where nobody looks, and brackets in texts do not count', async () => {
    const deep = JSON.stringify({ ...CREATE, pad: `\\"${'['.repeat(2_000)}` }).replace(
      '{',
      `{"deep":${'['.repeat(990)}${']'.repeat(990)},`,
    );
    expect((await post(deep)).status).toBe(200);
  });

  test.each([
    '{"__proto__":{"executeAt":1}}',
    '{"constructor":{"prototype":{}}}',
    '[]',
    '"x"',
    '5',
    'true',
    '{}x',
    '{',
    'NaN',
  ])('that is %s is refused', async (body) => {
    const received = await post(body);
    expect([received.status, json(received)['errorCode']]).toEqual([400, 'IllegalArgument']);
  });

  test('that breaks off takes nothing down', async () => {
    const socketAnswer = sendBytes(
      doors.url,
      `POST ${CREATE_PATH} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\nConnection: close\r\n\r\n{"a`,
    );
    await Promise.race([socketAnswer, new Promise((resolve) => setTimeout(resolve, 100))]);
    expect((await post(JSON.stringify(CREATE))).status).toBe(200);
  });
});

describe('an aggregate id', () => {
  const longest = 'x'.repeat(234);

  test.each([
    ['a/b', 'a%2Fb'],
    ['中', '%E4%B8%AD'],
    ['a b', 'a%20b'],
    ['a+b', 'a+b'],
    ['a%b', 'a%25b'],
    ["$a'", "$a'"],
    ['create_execution_failed', 'create_execution_failed'],
    [longest, longest],
  ])('may be %.20s', async (id, encoded) => {
    const received = await doors.send({ method: 'PUT', path: `/execution_failed/${encoded}/prepare_compensation` });
    expect(received.status).toBe(200);
    expect(doors.asked.at(-1)?.command.aggregateId).toBe(id);
  });

  test.each([
    ['a%00b', 'The aggregate id contains a control character.'],
    ['a%0D%0Ab', 'The aggregate id contains a control character.'],
    ['%C2%85', 'The aggregate id contains a control character.'],
    [`${longest}x`, 'The aggregate id is 235 bytes long: at most 234 are possible.'],
    ['%E4%B8%AD'.repeat(79), 'The aggregate id is 237 bytes long: at most 234 are possible.'],
    ['%ED%A0%80', "Failed to decode param '%ED%A0%80'"],
    ['%FF', "Failed to decode param '%FF'"],
  ])('may not be %.20s, wherever it stands', async (encoded, errorMsg) => {
    for (const [method, rest] of [
      ['PUT', 'prepare_compensation'],
      ['GET', 'state'],
      ['GET', 'snapshot'],
      ['GET', 'event/1/2'],
    ] as const) {
      const received = await doors.send({ method, path: `/execution_failed/${encoded}/${rest}` });
      expect([received.status, json(received)]).toEqual([
        400,
        { errorCode: 'IllegalArgument', errorMsg, succeeded: false },
      ]);
    }
  });

  test('may not be too long in the header of a create either', async () => {
    const received = await doors.sendJson('POST', CREATE_PATH, CREATE, { 'Command-Aggregate-Id': `${longest}x` });
    expect([received.status, json(received)['errorCode']]).toEqual([400, 'IllegalArgument']);
  });
});

describe('a path', () => {
  test.each(['/%', '/execution_failed/%zz/state', '/execution_failed/x/state?a=%'])(
    'with a bad percent escape is answered without a word: %s',
    async (path) => {
      const received = await doors.send({ path });
      expect([received.status, received.body, received.headers['content-type']]).toEqual([400, '', undefined]);
    },
  );

  test('without a host is no trouble', async () => {
    expect(await sendBytes(doors.url, 'GET /nope HTTP/1.0\r\n\r\n')).toMatch(
      /^HTTP\/1.1 404 .*for request 'http:\/\/\/nope'/s,
    );
  });

  test('in absolute form is understood', async () => {
    const answer = await sendBytes(
      doors.url,
      'GET http://x/wow/id/global HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
    );
    expect(answer).toMatch(/^HTTP\/1.1 200 /);
  });

  test('does not reflect markup as anything but JSON', async () => {
    const received = await doors.send({ path: '/<script>alert(1)</script>', headers: { Accept: 'text/html' } });
    expect([received.status, received.headers['content-type']]).toEqual([404, 'application/json']);
  });
});

test('no mistake of a caller was taken for a defect', () => {
  expect(doors.logged.filter((line) => line.includes('"level":50'))).toEqual([]);
});
