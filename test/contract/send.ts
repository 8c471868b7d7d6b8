import { once } from 'node:events';
import { type IncomingMessage, request as httpRequest } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import type { RecordedRequest, RecordedResponse } from './recording.ts';

/** Milliseconds after which an answer is no longer waited for. */
const TIMEOUT = 30_000;

/** Milliseconds for which a service that is not available is asked again. */
const PATIENCE = 15_000;

/**
 * Sends a request, again where the service says that it is not available at the moment and has not done anything: on a
 * busy machine Temporal may be slower than the service waits for it.
 */
export async function sendPatiently(...args: Parameters<typeof send>): Promise<RecordedResponse> {
  const endsAt = Date.now() + PATIENCE;
  for (;;) {
    const response = await send(...args);
    // Where a command may have been sent all the same, it is not sent twice.
    const isRefused = response.status === 503 && response.body?.includes('was not sent') === true;
    if (!isRefused || Date.now() >= endsAt) return response;
    await delay(Number(response.headers['retry-after'] ?? 1) * 1_000);
  }
}

/**
 * Sends a request as it is, with nothing added but what HTTP needs. `onText` is given what has arrived of the body, each
 * time that more has.
 */
async function send(
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
