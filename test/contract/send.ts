import { once } from 'node:events';
import { type IncomingMessage, request as httpRequest } from 'node:http';
import { gunzipSync } from 'node:zlib';
import type { RecordedRequest, RecordedResponse } from './recording.ts';

/** Milliseconds after which an answer is no longer waited for. */
const TIMEOUT = 30_000;

/**
 * Sends a request as it is, with nothing added but what HTTP needs. `onText` is given what has arrived of the body, each
 * time that more has.
 */
export async function send(
  url: string,
  { method, path, headers, body }: RecordedRequest,
  onText: (soFar: string) => void = () => undefined,
): Promise<RecordedResponse> {
  const { hostname, port } = new URL(url);
  const length = body === null ? {} : { 'Content-Length': Buffer.byteLength(body) };
  const sent = httpRequest({
    hostname,
    port,
    method,
    path,
    headers: { ...length, ...headers },
    agent: false,
    signal: AbortSignal.timeout(TIMEOUT),
  });
  sent.end(body ?? undefined);
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  const chunks: Buffer[] = [];
  response.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    onText(Buffer.concat(chunks).toString());
  });
  await once(response, 'end');
  const bytes = Buffer.concat(chunks);
  const received = headersOf(response);
  return {
    status: response.statusCode ?? 0,
    headers: received,
    body: (received['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes).toString(),
  };
}

/** By their names in lower case, those sent more than once joined. */
const headersOf = ({ headersDistinct }: IncomingMessage): Record<string, string> =>
  Object.fromEntries(Object.entries(headersDistinct).map(([name, values]) => [name, (values ?? []).join(', ')]));
