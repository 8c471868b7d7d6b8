import { lookup as dnsLookup } from 'node:dns/promises';
import { Client, type Dispatcher } from 'undici';
import { type AddressGuard, createAddressGuard } from './address-guard.ts';
import { ACCEPTED, type Answer, judgeAnswer, MAX_ANSWER_SIZE } from './answer.ts';
import { checkLiteralAddress, guardedLookup, type Lookup } from './guarded-lookup.ts';
import { networkFailure, timeoutFailure } from './network-failure.ts';
import { type DeliveryOutcome, type Failure, failed } from './outcome.ts';
import { MAX_DELIVERY_TIME, type PreparedRetry } from './prepared-retry.ts';
import { buildRequest, type DeliveryRequest } from './request.ts';
import type { HttpTarget } from './target.ts';

/** Milliseconds from the look-up of the name to the connection. */
const MAX_CONNECT_TIME = 10_000;

/** What a delivery takes from its surroundings, which are those of this process where nothing else is said. */
export interface DeliveryDeps {
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly lookup: Lookup;
}

const SYSTEM: DeliveryDeps = {
  now: Date.now,
  lookup: (hostname) => dnsLookup(hostname, { all: true }),
};

/**
 * POSTs `prepared` to `target` and reports how it ended. Whatever the target or the network does is an outcome, never an
 * error. Each delivery has a connection of its own: nothing that one target may reach is ever reused by another, and no
 * attempt is spent on a kept connection that the other side has already closed.
 * @throws the reason of `cancelled`, once that is aborted; the target may have got the request then
 */
export async function deliverHttp(
  target: HttpTarget,
  prepared: PreparedRetry,
  cancelled: AbortSignal,
  deps: Partial<DeliveryDeps> = {},
): Promise<DeliveryOutcome> {
  cancelled.throwIfAborted();
  const { now, lookup } = { ...SYSTEM, ...deps };
  const startedAt = now();
  const allowed = target.timeout === null ? MAX_DELIVERY_TIME : target.timeout * 1000;
  const deadline = Math.min(prepared.deadline, startedAt + Math.min(allowed, MAX_DELIVERY_TIME));
  const limit = deadline - startedAt;
  if (limit <= 0) return failed(timeoutFailure(target.name, limit, false), startedAt);

  const request = buildRequest(target, { ...prepared, deadline }, startedAt);
  const guard = createAddressGuard(target.allow);
  const timeout = new AbortController();
  const timer = setTimeout(() => {
    timeout.abort();
  }, limit);
  const client = connectTo(target.url, guard, lookup);
  let connected = false;
  client.once('connect', () => {
    connected = true;
  });
  const failure = (error: unknown): Failure => {
    // Cancelled first: what a cancelled delivery ran into is nobody's failure.
    cancelled.throwIfAborted();
    return timeout.signal.aborted
      ? timeoutFailure(target.name, limit, connected)
      : networkFailure(target.name, error, connected);
  };
  let answer: Answer;
  try {
    checkLiteralAddress(target.url, guard);
    const response = await send(client, target.url, request, AbortSignal.any([cancelled, timeout.signal]));
    answer = await readAnswer(response, failure);
  } catch (error) {
    return failed(failure(error), now());
  } finally {
    clearTimeout(timer);
    await client.destroy();
  }
  return judgeAnswer(target.name, answer, now());
}

function connectTo(url: URL, guard: AddressGuard, lookup: Lookup): Client {
  return new Client(url.origin, {
    allowH2: false,
    connect: {
      lookup: guardedLookup(guard, lookup),
      autoSelectFamily: true,
      timeout: MAX_CONNECT_TIME,
    },
    // The one deadline covers headers and body: limits between two bytes would let a dripping answer live for ever.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
}

function send(
  client: Client,
  url: URL,
  request: DeliveryRequest,
  signal: AbortSignal,
): Promise<Dispatcher.ResponseData> {
  return client.request({ method: 'POST', path: url.pathname + url.search, ...request, reset: true, signal });
}

async function readAnswer(
  { statusCode, headers, body }: Dispatcher.ResponseData,
  failure: (error: unknown) => Failure,
): Promise<Answer> {
  const head = {
    status: statusCode,
    retryAfter: firstValue(headers['retry-after']),
    location: firstValue(headers['location']),
  };
  const chunks: Buffer[] = [];
  let size = 0;
  let broken: Failure | null = null;
  try {
    if (statusCode !== ACCEPTED) {
      for await (const chunk of body as AsyncIterable<Buffer>) {
        chunks.push(chunk);
        size += chunk.length;
        if (size > MAX_ANSWER_SIZE) break;
      }
    }
  } catch (error) {
    broken = failure(error);
  }
  const text = Buffer.concat(chunks).subarray(0, MAX_ANSWER_SIZE).toString();
  return { ...head, body: text, truncated: size > MAX_ANSWER_SIZE, broken };
}

const firstValue = (header: string | string[] | undefined): string | null =>
  (Array.isArray(header) ? header[0] : header) ?? null;
