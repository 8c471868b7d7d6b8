import { connectRedress, guard } from '@redress/client';

interface OrderPaid {
  readonly id: string;
  readonly orderId: string;
  readonly version: number;
}

class AddressMissing extends Error {}

const redress = connectRedress(process.env.REDRESS_URL ?? 'http://127.0.0.1:8080');

const onOrderPaid = guard(
  (event: OrderPaid) => {
    throw new Error(`the mail gateway refused the receipt for order ${event.orderId}`);
  },
  {
    redress,
    function: { contextName: 'notice-service', processorName: 'OrderNotices', name: 'onOrderPaid' },
    eventId: ({ id, orderId, version }) => ({
      id,
      aggregateId: { contextName: 'order-service', aggregateName: 'order', aggregateId: orderId },
      version,
    }),
    retrySpec: { maxRetries: 5, minBackoff: 1, executionTimeout: 60 },
    unrecoverable: [AddressMissing],
    onReport: ({ aggregateId }) => {
      console.log(aggregateId === null ? 'was reported before' : `reported as ${aggregateId}`);
    },
  },
);

// Your broker does this, and the same event may come twice.
const event = { id: `event-${Date.now()}`, orderId: 'order-4711', version: 6 };
await onOrderPaid(event);
await onOrderPaid(event);
