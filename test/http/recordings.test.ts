import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Doors, openDoors } from './doors.ts';
import type { Received } from './send.ts';

/** What 8.10.10 was asked and answered. */
interface Recorded {
  readonly name: string;
  readonly request: {
    readonly method: string;
    readonly path: string;
    readonly headers: Record<string, string>;
    readonly body: string | null;
  };
  readonly response: {
    readonly status: number;
    readonly headers: Record<string, string>;
    readonly body: string | null;
  };
}

const RECORDED = readFileSync(new URL('recorded-8.10.10.jsonl', import.meta.url), 'utf8')
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => JSON.parse(line) as Recorded);

/** Where we answer otherwise on purpose. What we answer is in the tests of the command bodies and of the health endpoint. */
const OTHERWISE: ReadonlySet<string> = new Set([
  // Numbers beyond 2^53 - 1 are one to us, and refused before there is a command.
  'create-variants/overflow-int',
  'create-variants/huge-int',
  // So are tags without a name.
  'tags/blank-key',
  // We say which methods there are.
  'actuator/post-health',
]);

/** Messages that quote the insides of the original's web stack: ours say the same in other words. */
const OWN_WORDS = new Set(['UnsupportedMediaType']);

const COMPARED_HEADERS = [
  'Vary',
  'Content-Type',
  'Wow-Error-Code',
  'Allow',
  'Access-Control-Allow-Origin',
  'Access-Control-Allow-Methods',
  'Access-Control-Allow-Headers',
  'Access-Control-Max-Age',
];

let doors: Doors;
beforeAll(async () => {
  doors = await openDoors();
});
afterAll(() => doors.close());

test.each(RECORDED.filter(({ name }) => !OTHERWISE.has(name)))(
  '$name is answered as by 8.10.10',
  async ({ request, response }) => {
    const received = await doors.send(request);
    const ours = comparable(received.status, headersOf(received), received.body, new URL(doors.url).host);
    const theirs = comparable(response.status, response.headers, response.body ?? received.body, '127.0.0.1:18080');
    expect(ours).toEqual(theirs);
  },
);

function comparable(status: number, headers: Record<string, string | undefined>, body: string, host: string) {
  const text = body.replaceAll(host, 'HOST');
  const frame = /^id:.+\nevent:(.+)\ndata:(.+)\n\n$/.exec(text.endsWith('\n\n') ? text : `${text}\n\n`);
  const error = errorOf(frame === null ? text : (frame[2] ?? ''));
  return {
    status,
    headers: Object.fromEntries(COMPARED_HEADERS.map((name) => [name, headers[name]])),
    // Good results come from the script of the gateway; only the frames of errors are the doors' own.
    event: 'errorCode' in error ? frame?.[1] : undefined,
    errorCode: error['errorCode'],
    errorMsg: OWN_WORDS.has(String(error['errorCode'])) ? undefined : error['errorMsg'],
    bindings: (error['bindingErrors'] as { name: string; msg: string }[] | undefined)?.map(({ name, msg }) => [
      name,
      msg.startsWith('JSON decoding error: '),
    ]),
    // Their names, in order.
    fields: Object.keys(error).join(' '),
  };
}

/** The error in a body; empty for good answers and for those without a body. */
function errorOf(text: string): Record<string, unknown> {
  if (!text.includes('"succeeded":false')) return {};
  return JSON.parse(text) as Record<string, unknown>;
}

/** The headers by their names as they were sent, those sent more than once joined. */
function headersOf({ rawHeaders }: Received): Record<string, string | undefined> {
  const headers: Record<string, string> = {};
  rawHeaders.forEach((name, index) => {
    if (index % 2 === 1) return;
    const value = rawHeaders[index + 1] ?? '';
    headers[name] = headers[name] === undefined ? value : `${headers[name]}, ${value}`;
  });
  return headers;
}
