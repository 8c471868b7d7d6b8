import { ConflictError, connectRedress, onRecord, RefusedError } from '@redress/client';

const redress = connectRedress(process.env.REDRESS_URL ?? 'http://127.0.0.1:8080');
const { and, contains, eq, isIn } = onRecord;

// Report a failure by hand, and wait until queries see it.
const { aggregateId } = await redress.createExecutionFailed(
  {
    eventId: {
      id: 'event-1',
      aggregateId: { contextName: 'order-service', aggregateName: 'order', aggregateId: 'order-1' },
      version: 1,
    },
    function: {
      functionKind: 'EVENT',
      contextName: 'invoice-service',
      processorName: 'Invoices',
      name: 'onOrderShipped',
    },
    error: { errorCode: 'PrinterOnFire', errorMsg: 'printer on fire', stackTrace: '' },
    executeAt: Date.now(),
  },
  { waitStage: 'SNAPSHOT' },
);

// What waits for somebody, the newest first. Fields and values are checked by the compiler.
const { total, list } = await redress.records.page({
  condition: and(
    isIn('state.status', ['FAILED', 'PREPARED']),
    contains('state.error.errorMsg', 'FIRE', { ignoreCase: true }),
  ),
  sort: [{ field: 'aggregateId', direction: 'DESC' }],
  pagination: { index: 1, size: 20 },
});
console.log(`${total} on fire, the newest is ${list[0]?.aggregateId}`);

// However many there are, one by one. Stop when you like.
for await (const { state } of redress.records.stream({ condition: eq('state.status', 'FAILED'), limit: 0 })) {
  console.log(`${state.function.processorName}.${state.function.name}: ${state.error.errorCode}`);
  break;
}

// A command with every stage that it reaches.
for await (const { stage } of redress.stages.prepareCompensation(aggregateId, { waitStage: 'SNAPSHOT' })) {
  console.log(stage);
}

// Refusals are errors that say why.
try {
  await redress.markRecoverable(aggregateId, 'UNRECOVERABLE', { expectedVersion: 1 });
} catch (error) {
  if (!(error instanceof ConflictError)) throw error;
  console.log(`${error.status} ${error.errorCode}`);
}
try {
  await redress.prepareCompensation(aggregateId);
} catch (error) {
  if (!(error instanceof RefusedError)) throw error;
  console.log(`${error.errorCode}: ${error.message}`);
}
