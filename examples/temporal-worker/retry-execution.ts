import { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import type { PreparedRetry } from './prepared-retry.ts';

/** Milliseconds between heartbeats: well below the `heartbeatTimeout` of the target. */
const HEARTBEAT_INTERVAL = 1_000;

/** Handles the event again. Aborted: the record is deleted or has succeeded, or the deadline has passed. */
export type Handler = (retry: PreparedRetry, cancelled: AbortSignal) => Promise<void>;

/**
 * The activity that Redress schedules, for handlers by `<processor>.<function>`. It returns when the handler has succeeded;
 * whatever it throws becomes the error of the record.
 */
export function createRetryExecution(handlers: ReadonlyMap<string, Handler>) {
  return async function retryExecution(retry: PreparedRetry): Promise<void> {
    const name = `${retry.function.processorName}.${retry.function.name}`;
    const handler = handlers.get(name);
    // No later attempt will find one, so somebody has to look at it.
    if (handler === undefined)
      throw ApplicationFailure.nonRetryable(`there is no handler ${name} here`, 'UnknownFunction');

    const context = Context.current();
    const heartbeat = setInterval(() => {
      context.heartbeat();
    }, HEARTBEAT_INTERVAL);
    try {
      await handler(retry, context.cancellationSignal);
    } finally {
      clearInterval(heartbeat);
    }
  };
}
