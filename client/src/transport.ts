import type { CommandResult } from './command-result.ts';
import { RedressError, RefusedError, type RequestFailure, redressError, statusOf } from './errors.ts';
import { type SseFrame, readFrames } from './sse.ts';

/** Milliseconds that an answer may take, unless its caller says otherwise: the service itself gives up after 30 s. */
const TIMEOUT = 35_000;

/** Where Redress is, and how to reach it. */
export interface ConnectionOptions {
  /** Sent with every request, e.g. `Authorization` for the proxy in front of Redress. */
  readonly headers?: Readonly<Record<string, string>>;
  /** In place of the global `fetch`. */
  readonly fetch?: typeof fetch;
}

/** One request. */
export interface Call {
  readonly method: string;
  /** With query, percent-encoded. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON; undefined: none. */
  readonly body?: unknown;
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds. A stream ends when its reader wants. */
  readonly timeout?: number | undefined;
}

/** The way to one Redress. Everything rejects with a RedressError, or with the reason of the caller's own signal. */
export interface Transport {
  readonly url: string;
  json<Body>(call: Call): Promise<Body>;
  text(call: Call): Promise<string>;
  /** Server-sent events; nothing is sent before the first one is asked for. */
  frames(call: Call): AsyncGenerator<SseFrame, void>;
}

/** What an error body may hold: either shape of the contract. */
interface ErrorBody extends Partial<CommandResult> {
  readonly errorCode?: string;
  readonly errorMsg?: string;
}

/** Reaches the Redress at `url`. */
export function createTransport(url: string, { headers = {}, fetch: fetchFrom }: ConnectionOptions = {}): Transport {
  const base = url.replace(/\/+$/, '');

  const send = async (call: Call, accept: string, signal: AbortSignal | undefined) => {
    const { method, path, body } = call;
    const response = await (fetchFrom ?? fetch)(base + path, {
      method,
      headers: toHeaders({
        accept,
        ...headers,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...call.headers,
      }),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal === undefined ? {} : { signal }),
    });
    if (!response.ok) throw await refusal(response);
    return response;
  };

  /** The signal is the caller's own: what it aborts with is no error of Redress. */
  const unreachable = (call: Call, error: unknown, started: number): unknown => {
    if (error instanceof RedressError) return error;
    if (call.signal?.aborted === true) return call.signal.reason;
    const after = `${Date.now() - started} ms`;
    return redressError({
      errorCode: 'Unreachable',
      message: `${call.method} ${base}${call.path} got no answer (${describe(error)}, after ${after}). Is Redress running there?`,
      status: null,
      cause: error,
    });
  };

  const answer = async (call: Call, accept: string): Promise<string> => {
    const started = Date.now();
    const timeout = AbortSignal.timeout(call.timeout ?? TIMEOUT);
    try {
      const signal = call.signal === undefined ? timeout : AbortSignal.any([call.signal, timeout]);
      return await (await send(call, accept, signal)).text();
    } catch (error) {
      throw unreachable(call, error, started);
    }
  };

  return {
    url: base,
    async json<Body>(call: Call) {
      const text = await answer(call, 'application/json');
      try {
        return JSON.parse(text) as Body;
      } catch (cause) {
        const message = `${call.method} ${base}${call.path} is not answered with JSON. Is that Redress? ${text.slice(0, 200)}`;
        throw redressError({ errorCode: 'NoJson', message, status: null, cause });
      }
    },
    text: (call) => answer(call, '*/*'),
    async *frames(call) {
      const started = Date.now();
      try {
        const { body } = await send(call, 'text/event-stream', call.signal);
        if (body !== null) yield* readFrames(body);
      } catch (error) {
        throw unreachable(call, error, started);
      }
    },
  };
}

/** @throws RefusedError where one of them cannot be sent */
function toHeaders(headers: Readonly<Record<string, string>>): Headers {
  try {
    return new Headers(headers);
  } catch (cause) {
    const problem = cause instanceof Error ? cause.message : String(cause);
    const message = `Ids and other values that travel as headers hold no line breaks and no letters beyond Latin-1: ${problem}`;
    throw new RefusedError({ errorCode: 'IllegalArgument', message, status: null, cause });
  }
}

/** `fetch` says only that it failed; why stands in the cause. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  if (!(cause instanceof Error)) return error.message;
  return cause.message === '' && 'code' in cause ? String(cause.code) : cause.message;
}

async function refusal(response: Response): Promise<Error> {
  const text = await response.text();
  return errorOf(readError(text), response.status, Number(response.headers.get('retry-after') ?? NaN), text);
}

/** The error of a last frame; null: the frame is none. */
export function frameError({ event, data }: SseFrame): Error | null {
  if (event === null || data === null) return null;
  const body = readError(data);
  // A frame of a result that failed is called by its stage, any other error by its code.
  if (body.succeeded !== false || (event !== body.errorCode && event !== body.stage)) return null;
  return errorOf(body, statusOf(body.errorCode ?? ''), NaN, data);
}

function errorOf(body: ErrorBody, status: number, retryAfter: number, text: string): Error {
  const failure: RequestFailure = {
    errorCode: body.errorCode ?? `HttpStatus${status}`,
    message: body.errorMsg ?? `Redress answers ${status}: ${text.slice(0, 200)}`,
    status,
    bindingErrors: body.bindingErrors ?? [],
    retryAfter: Number.isFinite(retryAfter) ? retryAfter : null,
    result: body.stage === undefined ? null : (body as CommandResult),
  };
  return redressError(failure);
}

/** Empty for a body that is not ours: a proxy's page, for example. */
function readError(text: string): ErrorBody {
  try {
    const body: unknown = JSON.parse(text);
    return typeof body === 'object' && body !== null ? body : {};
  } catch {
    return {};
  }
}
