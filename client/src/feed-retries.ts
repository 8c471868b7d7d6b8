import { backOff, isPassing, pause } from './again.ts';
import type { Redress } from './client.ts';
import { recordPath } from './commands.ts';
import { onRecord } from './conditions.ts';
import { ConflictError, DuplicateRequestIdError, NotFoundError } from './errors.ts';
import { type Outcome, type RetryHandler, execute, registerHandlers } from './execute.ts';
import type { Snapshot } from './records.ts';
import { type Retry, idempotencyKey } from './retry.ts';

const CONCURRENCY = 8;

/** How retries are taken from the feed. */
export interface FeedRetriesOptions {
  /** So many retries are executed at once; without it 8. While all are busy nothing more is read. */
  readonly concurrency?: number;
  /** Told how every attempt ended, once Redress knows. */
  readonly onOutcome?: (retry: Retry, outcome: Outcome) => void;
  /** Told what went wrong with the feed or with a report. The work goes on: this is for the log. */
  readonly onError: (error: unknown) => void;
}

/** What executes retries until it is stopped. */
export interface FeedRetries {
  /** Takes no further retry, and waits for those that are being executed. */
  stop(): Promise<void>;
}

/**
 * Executes the retries of a service that cannot be called: reads from the feed which are prepared, also those that were
 * while nobody read, executes them and reports how they ended. For functions whose target has the kind `event`, which
 * they have unless the targets file says otherwise. One process of a service may do so at a time, since each executes all.
 * @throws TypeError for two handlers of one function
 */
export function startFeedRetries(
  redress: Redress,
  handlers: readonly RetryHandler[],
  { concurrency = CONCURRENCY, onOutcome, onError }: FeedRetriesOptions,
): FeedRetries {
  const find = registerHandlers(handlers);
  const contexts = [...new Set(handlers.map((handler) => handler.function.contextName))];
  const stopping = new AbortController();
  const { signal } = stopping;
  const running = new Set<Promise<void>>();
  /** Attempts that were begun here, until they are over by themselves. */
  const taken = new Map<string, number>();

  /** Asks Redress until it answers. @throws RedressError for a refusal, or for anything once this is stopping */
  const insist = async <Result>(ask: () => Promise<Result>): Promise<Result> => {
    for (let failures = 0; ; failures += 1) {
      try {
        return await ask();
      } catch (error) {
        if (!isPassing(error) || signal.aborted) throw error;
        if (failures === 0) onError(error);
        await pause(backOff(failures), signal);
      }
    }
  };

  const report = async ({ executionId, attempt, ...retry }: Retry, outcome: Outcome): Promise<void> => {
    const options = { attempt, requestId: `${retry.idempotencyKey}:${outcome.kind}` };
    const executeAt = Date.now();
    try {
      if (outcome.kind === 'succeeded') {
        await insist(() => redress.applyExecutionSuccess(executionId, { executeAt }, options));
      } else if (outcome.kind === 'failed') {
        const { error } = outcome;
        // A report says it anew, so what the record says, perhaps by a person's hand, has to be said again.
        const recoverable =
          outcome.recoverable ?? (await insist(() => redress.records.get(executionId))).state.recoverable;
        await insist(() => redress.applyExecutionFailed(executionId, { error, executeAt, recoverable }, options));
      }
    } catch (error) {
      if (error instanceof DuplicateRequestIdError) return;
      throw error;
    }
  };

  const attempt = async (id: string, key: string): Promise<void> => {
    const snapshot = await insist(() => redress.records.get(id));
    const retry = toRetry(redress.url, snapshot);
    const handler = find(retry);
    if (handler === undefined || retry.idempotencyKey !== key || !isInFlight(snapshot)) return;
    taken.set(key, retry.deadline);
    const outcome = await execute(handler, retry, new AbortController().signal);
    await report(retry, outcome);
    onOutcome?.(retry, outcome);
  };

  /** Resolves when the attempt has begun, or is not to be. */
  const take = async (id: string, number: number, timeoutAt: number): Promise<void> => {
    while (running.size >= concurrency) await Promise.race(running);
    const key = idempotencyKey(id, number);
    const now = Date.now();
    for (const [other, until] of taken) if (until < now) taken.delete(other);
    if (signal.aborted || timeoutAt <= now || taken.has(key)) return;
    taken.set(key, timeoutAt);
    const work = attempt(id, key)
      .catch((error: unknown) => {
        // Deleted, or ended by another report: there is nothing more to do.
        if (!(error instanceof NotFoundError) && !(error instanceof ConflictError)) taken.delete(key);
        onError(error);
      })
      .finally(() => running.delete(work));
    running.add(work);
  };

  const catchUp = async (): Promise<void> => {
    const { and, eq, gt, isIn } = onRecord;
    const condition = and(
      eq('state.status', 'PREPARED'),
      gt('state.retryState.timeoutAt', Date.now()),
      isIn('state.function.contextName', contexts),
    );
    const query = { condition, limit: 0 };
    for await (const { aggregateId, state } of redress.records.stream(query, { signal })) {
      await take(aggregateId, state.retryState.retries, state.retryState.timeoutAt);
    }
  };

  const read = async (): Promise<void> => {
    const messages = redress.feed({
      events: ['compensation_prepared'],
      // A comma would separate two names.
      contexts: contexts.some((name) => /^\s|,|\s$/.test(name)) ? [] : contexts,
      signal,
      // Connected first: what is prepared after the look comes by the feed.
      onConnect: () => {
        catchUp().catch((error: unknown) => {
          if (!signal.aborted) onError(error);
        });
      },
      onDisconnect: onError,
    });
    for await (const { data } of messages) {
      const { retryState } = data.body[0].body;
      await take(data.aggregateId, retryState.retries, retryState.timeoutAt);
    }
  };

  const run = async (): Promise<void> => {
    for (let failures = 0; !signal.aborted; failures += 1) {
      try {
        await read();
      } catch (error) {
        onError(error);
        await pause(backOff(failures), signal);
      }
    }
  };
  const reading = run();
  return {
    async stop() {
      stopping.abort();
      await reading;
      await Promise.all(running);
    },
  };
}

const isInFlight = ({ state }: Snapshot): boolean =>
  state.status === 'PREPARED' && state.retryState.timeoutAt > Date.now();

/** The attempt in flight, as an HTTP target would get it. */
function toRetry(url: string, { version, state }: Snapshot): Retry {
  const { id, eventId, error, executeAt, retrySpec, retryState, recoverable } = state;
  const { errorCode, errorMsg, bindingErrors } = error;
  return {
    idempotencyKey: idempotencyKey(id, retryState.retries),
    executionId: id,
    version,
    attempt: retryState.retries,
    eventId,
    function: state.function,
    error: { errorCode, errorMsg, ...(bindingErrors === undefined ? {} : { bindingErrors }) },
    executeAt,
    retrySpec,
    retryState,
    recoverable,
    deadline: retryState.timeoutAt,
    links: { record: `${url}${recordPath(id)}/snapshot` },
  };
}
