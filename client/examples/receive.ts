import { ExecutionError, type RetryHandler } from '@redress/client';
import { expressRetries } from '@redress/client/express';
import express from 'express';

const handlers: RetryHandler[] = [
  {
    function: { contextName: 'notice-service', processorName: 'OrderNotices', name: 'onOrderPaid' },
    async handle({ eventId, attempt }, signal) {
      const order = eventId.aggregateId.aggregateId;
      if (attempt === 1) throw new ExecutionError('GatewayBusy', 'the gateway is busy', { retryAfter: 2 });
      await sendReceipt(order, signal);
      console.log(`sent the receipt for ${order} at attempt ${attempt}`);
    },
  },
];

const app = express();
app.post('/retries', expressRetries(handlers, { secret: process.env.REDRESS_SECRET ?? '' }));
app.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () => {
  console.log('listening');
});

/** Stands for your own work. It should end when the signal says that nobody waits any more. */
function sendReceipt(_order: string, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  return Promise.resolve();
}
