import { ApplicationFailure } from '@temporalio/common';
import type { Handler } from './retry-execution.ts';

/** Sends the notice that an order is paid, through a mail gateway at this address. */
export function createOnOrderPaid(mailGateway: string): Handler {
  return async function onOrderPaid({ idempotencyKey, eventId }, cancelled) {
    const orderId = eventId.aggregateId.aggregateId;
    const response = await fetch(`${mailGateway}/notices/${encodeURIComponent(orderId)}`, {
      method: 'POST',
      // A retry may be delivered twice, and the notice must not be sent twice.
      headers: { 'Idempotency-Key': idempotencyKey },
      signal: cancelled,
    });
    const answer = await response.text();
    if (response.ok) return;
    if (response.status === 410) {
      throw ApplicationFailure.nonRetryable(`the customer of order ${orderId} is gone`, 'CustomerGone');
    }
    const seconds = Number(response.headers.get('Retry-After') ?? 0);
    throw ApplicationFailure.create({
      type: 'MailGatewayRefused',
      message: `the mail gateway answered ${response.status}: ${answer}`,
      // The next attempt waits at least so long.
      ...(seconds > 0 ? { nextRetryDelay: seconds * 1_000 } : {}),
    });
  };
}
