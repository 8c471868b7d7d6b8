import type { Retry, RetryHandler } from '../../client/src/index.ts';
import { type DemoCase, SHOP_CONTEXT } from './cases.ts';

/** A retry that was delivered with a good signature, and executed, however often it was delivered. */
export interface Delivery {
  readonly executionId: string;
  readonly attempt: number;
  /** When it came for the first time, epoch milliseconds. */
  readonly receivedAt: number;
}

/** What the shop says about a retry that it works on. */
export interface Notice {
  readonly executionId: string;
  readonly attempt: number;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly text: string;
}

/** The retries that the shop was given. */
export interface Retries {
  readonly deliveries: readonly Delivery[];
  readonly notices: readonly Notice[];
  /** What went wrong in the shop itself. */
  readonly problems: string[];
  /** Execute retries; one that was delivered before comes to the same end without being executed again. */
  readonly handlers: readonly RetryHandler[];
}

export interface RetriesOptions {
  readonly cases: readonly Pick<DemoCase, 'processor' | 'function' | 'handler'>[];
  /** Reports that work which was taken over has ended well. */
  readonly reportSuccess: (executionId: string, attempt: number) => Promise<void>;
  /** Ends what is under way. */
  readonly closing: AbortSignal;
}

export function createRetries({ cases, reportSuccess, closing }: RetriesOptions): Retries {
  const ends = new Map<string, Promise<'accepted' | undefined>>();
  const deliveries: Delivery[] = [];
  const notices: Notice[] = [];
  const problems: string[] = [];

  const execute = async (
    handler: DemoCase['handler'],
    { executionId, attempt }: Retry,
    signal: AbortSignal,
  ): Promise<'accepted' | undefined> => {
    const tell = (text: string): void => {
      notices.push({ executionId, attempt, at: Date.now(), text });
    };
    const executed = await handler({ attempt, tell, signal: AbortSignal.any([closing, signal]) });
    if (executed.kind === 'done') return undefined;
    executed.work
      .then(() => reportSuccess(executionId, attempt))
      .catch((error: unknown) => {
        if (!closing.aborted)
          problems.push(`The report on retry ${attempt} of ${executionId} failed: ${String(error)}`);
      });
    return 'accepted';
  };

  const handlers = cases.map(({ processor, function: name, handler }): RetryHandler => ({
    function: { contextName: SHOP_CONTEXT, processorName: processor, name },
    handle(retry, signal) {
      const before = ends.get(retry.idempotencyKey);
      if (before !== undefined) return before;
      deliveries.push({ executionId: retry.executionId, attempt: retry.attempt, receivedAt: Date.now() });
      // Known before it is executed: the same delivery that comes meanwhile waits for its end and executes nothing.
      const end = execute(handler, retry, signal);
      ends.set(retry.idempotencyKey, end);
      return end;
    },
  }));
  return { deliveries, notices, problems, handlers };
}
