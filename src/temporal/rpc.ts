import type { Client } from '@temporalio/client';
import type { NativeConnection } from '@temporalio/worker';
import { TemporalUnavailable } from './errors.ts';

/**
 * Makes a request and waits `timeout` milliseconds for it at most. The deadline alone holds for one try only, and the
 * connection tries ten times; what is not waited for any more ends by itself.
 * @throws TemporalUnavailable when the time is over
 */
export async function within<Result>(
  on: NativeConnection | Client,
  timeout: number,
  request: () => Promise<Result>,
): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new TemporalUnavailable(`no answer within ${timeout} ms`, true));
    }, timeout);
  });
  try {
    return await Promise.race([on.withDeadline(Date.now() + timeout, request), late]);
  } finally {
    clearTimeout(timer);
  }
}
