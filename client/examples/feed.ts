import { connectRedress, startFeedRetries } from '@redress/client';

const redress = connectRedress(process.env.REDRESS_URL ?? 'http://127.0.0.1:8080');

const retries = startFeedRetries(
  redress,
  [
    {
      function: { contextName: 'invoice-service', processorName: 'Invoices', name: 'onOrderShipped' },
      handle: ({ eventId }) => {
        console.log(`wrote the invoice for ${eventId.aggregateId.aggregateId}`);
      },
    },
  ],
  { concurrency: 4, onError: console.error },
);

process.once('SIGTERM', () => {
  void retries.stop();
});
