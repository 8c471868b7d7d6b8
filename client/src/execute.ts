import { type FailureDescription, type RecoverabilityRules, describeFailure } from './describe-failure.ts';
import type { Retry } from './retry.ts';
import type { FunctionName } from './values.ts';

/** Milliseconds before the deadline at which an attempt is given up, so that the outcome still arrives in time. */
const MARGIN = 500;

/** The longest that a timer can run, in milliseconds. */
const MAX_TIMER = 2 ** 31 - 1;

/** What the retry of a function is done with. */
export interface RetryHandler extends RecoverabilityRules {
  readonly function: FunctionName;
  /**
   * Executes the function again. Resolves when that has succeeded; with `accepted` when the work goes on, and will be
   * reported with `applyExecutionSuccess` or `applyExecutionFailed` until the retry's `timeoutAt`. The signal is aborted
   * shortly before the deadline, and when nobody waits for the outcome any more: stop working then.
   */
  readonly handle: (retry: Retry, signal: AbortSignal) => unknown;
}

/** How an attempt ended. */
export type Outcome =
  | { readonly kind: 'succeeded' }
  | { readonly kind: 'accepted' }
  | ({ readonly kind: 'failed'; readonly isTimeout: boolean } & FailureDescription);

/** Finds the handler of a retry; undefined: there is none. */
export type FindHandler = (retry: Pick<Retry, 'function'>) => RetryHandler | undefined;

/** Handlers by the three names of their functions. @throws TypeError where two have the same */
export function registerHandlers(handlers: readonly RetryHandler[]): FindHandler {
  const registered = new Map<string, RetryHandler>();
  for (const handler of handlers) {
    const key = keyOf(handler.function);
    if (registered.has(key)) throw new TypeError(`There are two handlers for ${describeFunction(handler.function)}.`);
    registered.set(key, handler);
  }
  return (retry) => registered.get(keyOf(retry.function));
}

/** Executes a retry within its deadline. Never rejects: whatever the handler does is an outcome. */
export async function execute(handler: RetryHandler, retry: Retry, gone: AbortSignal): Promise<Outcome> {
  const left = retry.deadline - MARGIN - Date.now();
  if (left <= 0) return timedOut(retry);
  const late = new AbortController();
  let giveUp: (outcome: Outcome) => void = () => undefined;
  const over = new Promise<Outcome>((resolve) => {
    giveUp = resolve;
  });
  const timer = setTimeout(
    () => {
      const outcome = timedOut(retry);
      late.abort(new Error(outcome.error.errorMsg));
      giveUp(outcome);
    },
    Math.min(left, MAX_TIMER),
  );
  try {
    return await Promise.race([run(handler, retry, AbortSignal.any([gone, late.signal])), over]);
  } finally {
    clearTimeout(timer);
  }
}

async function run(handler: RetryHandler, retry: Retry, signal: AbortSignal): Promise<Outcome> {
  try {
    const result = await handler.handle(retry, signal);
    return { kind: result === 'accepted' ? 'accepted' : 'succeeded' };
  } catch (error) {
    return { kind: 'failed', isTimeout: false, ...describeFailure(error, handler) };
  }
}

const timedOut = (retry: Retry) =>
  ({
    kind: 'failed',
    isTimeout: true,
    error: {
      errorCode: 'RequestTimeout',
      errorMsg: `${describeFunction(retry.function)} did not end before the deadline ${new Date(retry.deadline).toISOString()}. If it takes so long, let its retry spec have a longer executionTimeout.`,
      stackTrace: '',
    },
    recoverable: null,
    retryAfter: null,
  }) as const;

/** How messages call a function. */
export const describeFunction = ({ contextName, processorName, name }: FunctionName): string =>
  `${contextName}/${processorName}.${name}`;

const keyOf = ({ contextName, processorName, name }: FunctionName): string =>
  JSON.stringify([contextName, processorName, name]);
