import { NativeConnection, Worker } from '@temporalio/worker';
import { createOnOrderPaid } from './order-notice-saga.ts';
import { createRetryExecution } from './retry-execution.ts';

/*
 * A worker that executes retries for Redress. The targets file of Redress names its task queue:
 *
 *   targets:
 *     - name: notices
 *       kind: temporal
 *       match: { context: notice-service }
 *       taskQueue: notice-retries
 *       heartbeatTimeout: 5
 */

const {
  TEMPORAL_ADDRESS = '127.0.0.1:7233',
  TEMPORAL_NAMESPACE = 'default',
  TASK_QUEUE = 'notice-retries',
  MAIL_GATEWAY = 'http://127.0.0.1:8025',
} = process.env;

const connection = await NativeConnection.connect({ address: TEMPORAL_ADDRESS });
const worker = await Worker.create({
  connection,
  namespace: TEMPORAL_NAMESPACE,
  taskQueue: TASK_QUEUE,
  activities: {
    retryExecution: createRetryExecution(new Map([['OrderNoticeSaga.onOrderPaid', createOnOrderPaid(MAIL_GATEWAY)]])),
  },
});
// SIGINT and SIGTERM end it once its activities have ended.
await worker.run();
await connection.close();
