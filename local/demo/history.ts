import type { EventStream } from '../../client/src/index.ts';

/** A retry of a record. Times are epoch milliseconds. */
export interface Retry {
  readonly attempt: number;
  /** When it had to be prepared by itself, as the record said before; null: a person asked for it. */
  readonly dueAt: number | null;
  readonly preparedAt: number;
  /** The back-off before it, milliseconds; null: a person asked for it. */
  readonly backOff: number | null;
}

/** One thing that happened to a record. Times are epoch milliseconds. */
export type Step = { readonly at: number } & (
  | { readonly kind: 'failed'; readonly attempt: number; readonly errorCode: string; readonly errorMsg: string }
  | { readonly kind: 'retry'; readonly retry: Retry }
  | { readonly kind: 'recovered'; readonly attempt: number }
  | { readonly kind: 'other' }
);

/** What is known of a record from its events alone. */
export interface History {
  readonly version: number;
  readonly steps: readonly Step[];
  readonly status: 'FAILED' | 'PREPARED' | 'SUCCEEDED';
  readonly retries: number;
  readonly maxRetries: number;
  /** When the attempt was prepared last, or the event failed. */
  readonly retryAt: number;
  readonly nextRetryAt: number;
  readonly timeoutAt: number;
}

/** The history after one more event. @throws RangeError where the event cannot follow */
export function follow(history: History | null, stream: EventStream): History {
  const { createTime: at, version } = stream;
  const [event] = stream.body;
  if (event.name === 'execution_failed_created') {
    const { error, retryState, retrySpec } = event.body;
    const step: Step = { at, kind: 'failed', attempt: 0, errorCode: error.errorCode, errorMsg: error.errorMsg };
    return { version, steps: [step], status: 'FAILED', maxRetries: retrySpec.maxRetries, ...retryState };
  }
  if (history === null || version !== history.version + 1) {
    throw new RangeError(`version ${version} (${event.name}) does not follow version ${history?.version ?? 0}`);
  }
  const after = (step: Step, changed: Partial<History> = {}): History => ({
    ...history,
    version,
    steps: [...history.steps, step],
    ...changed,
  });
  switch (event.name) {
    case 'compensation_prepared': {
      const { retryState } = event.body;
      const isAutomatic = stream.requestId.startsWith('redress:retry:');
      const retry: Retry = {
        attempt: retryState.retries,
        preparedAt: at,
        dueAt: isAutomatic ? dueAt(history) : null,
        backOff: isAutomatic ? history.nextRetryAt - history.retryAt : null,
      };
      return after({ at, kind: 'retry', retry }, { status: 'PREPARED', ...retryState });
    }
    case 'execution_failed_applied': {
      const { errorCode, errorMsg } = event.body.error;
      return after({ at, kind: 'failed', attempt: history.retries, errorCode, errorMsg }, { status: 'FAILED' });
    }
    case 'execution_success_applied':
      return after({ at, kind: 'recovered', attempt: history.retries }, { status: 'SUCCEEDED' });
    default:
      // What nobody but a person who plays along brings about.
      return after({ at, kind: 'other' });
  }
}

/** When the next retry has to come by itself, by the contract: an attempt in flight has to time out first. */
export function dueAt({ status, nextRetryAt, timeoutAt }: History): number {
  return status === 'PREPARED' ? Math.max(nextRetryAt, timeoutAt + 1) : nextRetryAt;
}

/** Whether nothing happens any more unless a person acts. */
export const isExhausted = ({ status, retries, maxRetries }: History): boolean =>
  status === 'FAILED' && retries >= maxRetries;

/** All retries of a record, in order. */
export const retriesOf = ({ steps }: History): Retry[] =>
  steps.flatMap((step) => (step.kind === 'retry' ? [step.retry] : []));

/** What happened, in short words: `failed, retry, recovered`. */
export function describePath({ steps }: History): string {
  const words = steps.map((step) => (step.kind === 'retry' && step.retry.dueAt === null ? 'retry by hand' : step.kind));
  return words.join(', ');
}
