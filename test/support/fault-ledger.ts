import type { CommandName } from '../../src/domain/index.ts';
import type { CommandResult, WaitStage } from '../../src/gateway/index.ts';
import { CREATE_PATH, commandRoute } from './api.ts';

/** A command that a client wants carried out once, however often it has to send it. */
export interface Wish {
  readonly name: CommandName;
  /** Null: a create that leaves the id to the service. */
  readonly aggregateId: string | null;
  readonly requestId: string;
  readonly body: unknown;
  /** What is sent beside the ids and the wait. */
  readonly headers: Readonly<Record<string, string>>;
  /** Every time that it was sent, in that order. */
  readonly sends: Send[];
}

/** One request for a wish. */
export interface Send {
  readonly stage: WaitStage;
  /** Epoch milliseconds. */
  readonly at: number;
  /** Undefined while it is under way. */
  answer?: WishAnswer;
  /** Epoch milliseconds. */
  answeredAt?: number;
}

/**
 * What came back: a result of the command, accepted or refused; an error about the request; `lost` where the connection
 * broke, so that nobody knows; `hung` where nothing came although the wait was over long ago.
 */
export type WishAnswer =
  | { readonly kind: 'result'; readonly status: number; readonly result: CommandResult }
  | { readonly kind: 'error'; readonly status: number; readonly text: string }
  | { readonly kind: 'lost'; readonly reason: string }
  | { readonly kind: 'hung' };

/** Milliseconds that the service may wait with an answer. */
const WAIT_TIMEOUT = 20_000;
/** Milliseconds after which nobody waits any longer: far more than what the service was asked to wait. */
const PATIENCE = WAIT_TIMEOUT + 15_000;

/** Sends a wish to a service and notes down what comes back. */
export async function send(url: string, wish: Wish, stage: WaitStage): Promise<WishAnswer> {
  const sent: Send = { stage, at: Date.now() };
  wish.sends.push(sent);
  sent.answer = await request(url, wish, stage);
  sent.answeredAt = Date.now();
  return sent.answer;
}

async function request(url: string, wish: Wish, stage: WaitStage): Promise<WishAnswer> {
  const { name, aggregateId, requestId, body, headers } = wish;
  const { method, path } =
    name === 'create_execution_failed' ? { method: 'POST', path: CREATE_PATH } : commandRoute(aggregateId ?? '', name);
  try {
    const response = await fetch(url + path, {
      method,
      headers: {
        'content-type': 'application/json',
        'command-request-id': requestId,
        'command-wait-stage': stage,
        'command-wait-timeout': String(WAIT_TIMEOUT),
        ...(aggregateId === null ? {} : { 'command-aggregate-id': aggregateId }),
        ...headers,
      },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(PATIENCE),
    });
    const text = await response.text();
    const json = JSON.parse(text) as CommandResult;
    return 'stage' in json
      ? { kind: 'result', status: response.status, result: json }
      : { kind: 'error', status: response.status, text };
  } catch (error) {
    if (error instanceof Error && error.name === 'TimeoutError') return { kind: 'hung' };
    return { kind: 'lost', reason: String(error instanceof Error ? (error.cause ?? error) : error) };
  }
}
