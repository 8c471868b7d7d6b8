import { Webhook } from 'standardwebhooks';
import type { Retry } from '../../client/src/index.ts';

/** For the targets file of a test. */
export const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw8JmFsEYHXJk=';

/** A retry as Redress delivers it, with a minute left. */
export const givenRetry = (but: Partial<Retry> = {}): Retry => ({
  idempotencyKey: '0UvW2Apk0001002:1',
  executionId: '0UvW2Apk0001002',
  version: 2,
  attempt: 1,
  eventId: {
    id: '0UvW2Ap6000100H',
    aggregateId: { contextName: 'order', aggregateName: 'order', aggregateId: 'order-1', tenantId: '(0)' },
    version: 6,
  },
  function: { functionKind: 'EVENT', contextName: 'notice', processorName: 'Notices', name: 'onPaid' },
  error: { errorCode: 'BadRequest', errorMsg: 'refused' },
  executeAt: 1,
  retrySpec: { maxRetries: 3, minBackoff: 180, executionTimeout: 120 },
  retryState: { retries: 1, retryAt: 2, timeoutAt: 3, nextRetryAt: 4 },
  recoverable: 'UNKNOWN',
  deadline: Date.now() + 60_000,
  links: { record: 'http://127.0.0.1/record' },
  ...but,
});

/** The headers and the body of a delivery that is signed with `secret` at `at`. */
export function signed(
  retry: unknown,
  { secret = SECRET, at = new Date() } = {},
): { readonly headers: Record<string, string>; readonly body: string } {
  const body = typeof retry === 'string' ? retry : JSON.stringify(retry);
  const id = '0UvW2Apk0001002:1';
  return {
    headers: {
      'content-type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
      'webhook-signature': new Webhook(secret).sign(id, at, body),
    },
    body,
  };
}
