import { appendFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { NativeConnection, Worker } from '@temporalio/worker';
import { expressRetries } from '../../client/src/express.ts';
import { type RetryHandler, connectRedress, startFeedRetries } from '../../client/src/index.ts';
import { createRetryExecution } from '../../examples/temporal-worker/retry-execution.ts';
import { EXECUTED, type ExecutorSettings, type Way } from './executor.ts';

/*
 * A service that executes retries, reached on one of the ways, as a process that may be killed. What it does is in its
 * journal before anybody else learns of it.
 */

/** Milliseconds of one attempt. */
const WORK = 200;

const { way, journal, port, redress, temporal, namespace, taskQueue } = JSON.parse(
  process.argv[2] ?? '',
) as ExecutorSettings;

const note = (what: string, key: string): void => {
  appendFileSync(journal, `${process.pid} ${what} ${key}\n`);
};

/** Succeeds, but for the first attempts at some records. */
async function work({ idempotencyKey }: { readonly idempotencyKey: string }): Promise<void> {
  note('begun', idempotencyKey);
  await sleep(WORK);
  note('ended', idempotencyKey);
  if (/[0369]:1$/.test(idempotencyKey)) throw new Error('not yet');
}

const handlers: readonly RetryHandler[] = [{ function: { contextName: way, ...EXECUTED }, handle: work }];

const START: Readonly<Record<Way, () => Promise<void>>> = {
  async http() {
    const server = createServer(expressRetries(handlers, { secret: null }));
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  },

  async temporal() {
    const worker = await Worker.create({
      connection: await NativeConnection.connect({ address: temporal }),
      namespace,
      taskQueue,
      activities: {
        retryExecution: createRetryExecution(new Map([[`${EXECUTED.processorName}.${EXECUTED.name}`, work]])),
      },
    });
    worker.run().catch(fail);
  },

  feed() {
    startFeedRetries(connectRedress(redress), handlers, { onError: console.error });
    return Promise.resolve();
  },
};

function fail(error: unknown): void {
  console.error(error);
  process.exitCode = 1;
  process.disconnect();
}

// The test is gone, killed perhaps.
process.once('disconnect', () => process.exit());
await START[way]();
process.send?.('ready');
