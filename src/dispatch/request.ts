import { idempotencyKey, type PreparedRetry, toArgument } from './prepared-retry.ts';
import type { HttpTarget } from './target.ts';

/** One delivery as it goes over the wire. */
export interface DeliveryRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The POST that delivers `prepared` at `now`; the signature covers the key, the time and every byte of the body. */
export function buildRequest(target: HttpTarget, prepared: PreparedRetry, now: number): DeliveryRequest {
  const key = idempotencyKey(prepared);
  const body = JSON.stringify(toArgument(prepared));
  return {
    headers: {
      ...target.headers(),
      accept: 'application/json',
      // Answers are read as they come: a compressed one could unfold beyond every limit.
      'accept-encoding': 'identity',
      'content-type': 'application/json',
      'user-agent': 'Redress',
      'idempotency-key': key,
      'redress-attempt': String(prepared.attempt),
      'redress-deadline': String(prepared.deadline),
      ...signature(target, key, new Date(now), body),
    },
    body,
  };
}

/** The headers of Standard Webhooks (https://www.standardwebhooks.com); its time is in whole seconds. */
function signature({ sign }: HttpTarget, key: string, at: Date, body: string): Record<string, string> {
  if (sign === null) return {};
  return {
    'webhook-id': key,
    'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
    'webhook-signature': sign(key, at, body),
  };
}
