import { z } from 'zod';
import { describeError } from './error.ts';
import type { Executed, Handler } from './handlers.ts';

/** The parts of a delivered retry that the shop acts on. */
export const PREPARED_RETRY = z.object({
  idempotencyKey: z.string(),
  executionId: z.string(),
  attempt: z.number(),
  function: z.object({ processorName: z.string() }),
});
type PreparedRetry = z.output<typeof PREPARED_RETRY>;

/** How a retry is answered. */
export interface Answer {
  readonly status: number;
  readonly body?: unknown;
}

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
  /** Executes a retry; one that was delivered before gets its first answer again. */
  readonly take: (retry: PreparedRetry, receivedAt: number) => Promise<Answer>;
}

export interface RetriesOptions {
  /** By the name of the processor. */
  readonly handlers: ReadonlyMap<string, Handler>;
  /** Reports that work which was taken over has ended well. */
  readonly reportSuccess: (executionId: string, attempt: number) => Promise<void>;
  /** Ends what is under way. */
  readonly closing: AbortSignal;
}

export function createRetries({ handlers, reportSuccess, closing }: RetriesOptions): Retries {
  const answers = new Map<string, Promise<Answer>>();
  const deliveries: Delivery[] = [];
  const notices: Notice[] = [];
  const problems: string[] = [];

  const execute = async ({ executionId, attempt, function: { processorName } }: PreparedRetry): Promise<Answer> => {
    const handler = handlers.get(processorName);
    if (handler === undefined) return failed(new Error(`the shop has no ${processorName}`));
    const tell = (text: string): void => {
      notices.push({ executionId, attempt, at: Date.now(), text });
    };
    let executed: Executed;
    try {
      executed = await handler({ attempt, tell, closing });
    } catch (error) {
      return failed(error);
    }
    if (executed.kind === 'done') return { status: 204 };
    executed.work
      .then(() => reportSuccess(executionId, attempt))
      .catch((error: unknown) => {
        if (!closing.aborted)
          problems.push(`The report on retry ${attempt} of ${executionId} failed: ${String(error)}`);
      });
    return { status: 202 };
  };

  return {
    deliveries,
    notices,
    problems,
    take(retry, receivedAt) {
      const before = answers.get(retry.idempotencyKey);
      if (before !== undefined) return before;
      deliveries.push({ executionId: retry.executionId, attempt: retry.attempt, receivedAt });
      // Known before it is executed: the same delivery that comes meanwhile waits for the answer and executes nothing.
      const answer = execute(retry);
      answers.set(retry.idempotencyKey, answer);
      return answer;
    },
  };
}

const failed = (error: unknown): Answer => ({ status: 500, body: describeError(error) });
