import { Webhook, WebhookVerificationError } from 'standardwebhooks';
import { answerBody } from './answer-body.ts';
import { type Outcome, type RetryHandler, describeFunction, execute, registerHandlers } from './execute.ts';
import { type Retry, readRetry } from './retry.ts';

/** Bytes of a request: far more than Redress sends. */
const MAX_BODY = 1024 * 1024;

/** How retries are received. */
export interface ReceiveOptions {
  /**
   * The `secret` of the target in the targets file, `whsec_…`; several while it is being changed, any of which will do.
   * Null: deliveries are not signed, so whoever reaches this door can have functions executed.
   */
  readonly secret: string | readonly string[] | null;
  /** Told how every attempt ended, e.g. for a log. */
  readonly onOutcome?: (retry: Retry, outcome: Outcome) => void;
}

/**
 * The door through which Redress delivers retries to a service (`kind: http` in its targets file): takes the POST request
 * of any runtime that has the Request of the Web, and answers with the outcome.
 * @throws TypeError for a secret that is none, and for two handlers of one function
 */
export function receiveRetries(
  handlers: readonly RetryHandler[],
  { secret, onOutcome }: ReceiveOptions,
): (request: Request) => Promise<Response> {
  const find = registerHandlers(handlers);
  const verify = createVerifier(secret);
  return async (request) => {
    if (request.method !== 'POST') return refusal(405, 'MethodNotAllowed', 'Retries are POSTed.', { allow: 'POST' });
    const body = await readText(request);
    if (body === null) return refusal(413, 'PayloadTooLarge', `The body is larger than ${MAX_BODY} bytes.`);
    const problem = verify(body, request.headers);
    if (problem !== null) return refusal(401, 'SignatureRefused', problem);
    let retry: Retry;
    try {
      retry = readRetry(body);
    } catch (error) {
      if (error instanceof TypeError) return refusal(400, 'IllegalArgument', error.message);
      throw error;
    }
    const handler = find(retry);
    if (handler === undefined) {
      return refusal(404, 'HandlerNotFound', `This service has no handler for ${describeFunction(retry.function)}.`);
    }
    const outcome = await execute(handler, retry, request.signal);
    onOutcome?.(retry, outcome);
    return answer(outcome);
  };
}

/** Null: the signature is good. Otherwise what is wrong with it. */
type Verify = (body: string, headers: Headers) => string | null;

function createVerifier(secret: ReceiveOptions['secret']): Verify {
  if (secret === null) return () => null;
  const webhooks = [secret].flat().map((text) => {
    if (!text.startsWith('whsec_')) throw new TypeError('A secret of a target begins with "whsec_".');
    return new Webhook(text);
  });
  if (webhooks.length === 0) throw new TypeError('There is no secret. Give null if deliveries are not signed.');
  return (body, headers) => {
    let problem = '';
    for (const webhook of webhooks) {
      try {
        webhook.verify(body, Object.fromEntries(headers), { jsonParse: false });
        return null;
      } catch (error) {
        if (!(error instanceof WebhookVerificationError)) throw error;
        problem = error.message;
      }
    }
    return `${problem}. The secret has to be the one of the target, and the clocks may differ by five minutes.`;
  };
}

/** Null: it is too large. */
async function readText(request: Request): Promise<string | null> {
  const body: ReadableStream<Uint8Array> | null = request.body;
  const reader = body?.getReader();
  if (reader === undefined) return '';
  const decoder = new TextDecoder();
  let text = '';
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    size += value.byteLength;
    if (size > MAX_BODY) {
      await reader.cancel();
      return null;
    }
    text += decoder.decode(value, { stream: true });
  }
}

function answer(outcome: Outcome): Response {
  if (outcome.kind !== 'failed') return new Response(null, { status: outcome.kind === 'accepted' ? 202 : 204 });
  const { retryAfter, isTimeout } = outcome;
  const headers = new Headers({ 'content-type': 'application/json' });
  if (retryAfter !== null) headers.set('retry-after', String(Math.ceil(retryAfter)));
  return new Response(answerBody(outcome), { status: isTimeout ? 504 : 500, headers });
}

const refusal = (
  status: number,
  errorCode: string,
  errorMsg: string,
  headers: Readonly<Record<string, string>> = {},
): Response => Response.json({ errorCode, errorMsg }, { status, headers });
