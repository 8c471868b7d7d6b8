import type { EventStream } from './events.ts';
import type { Snapshot } from './snapshot.ts';

/** Header of the outcome of a delivery whose target asked to be left alone until then (epoch milliseconds as text). */
export const NOT_BEFORE_HEADER = 'redress_not_before';
/** A target may postpone its next attempt by so much at most, in milliseconds. */
export const MAX_POSTPONEMENT = 24 * 60 * 60 * 1000;

/**
 * When the record is next to be prepared by itself, in epoch milliseconds; null: never, unless somebody acts.
 * The one definition of the deadline: timers, starter and metrics only read what was computed here and stored.
 * PREPARED waits for the later of `nextRetryAt` and the first instant after `timeoutAt`, since an attempt times out
 * strictly after it (contract 3.3).
 */
export function deadline(record: Snapshot, notBefore: number | null): number | null {
  const { status, recoverable, isBelowRetryThreshold, retryState } = record.state;
  if (record.deleted || status === 'SUCCEEDED' || recoverable === 'UNRECOVERABLE' || !isBelowRetryThreshold)
    return null;
  const due =
    status === 'PREPARED' ? Math.max(retryState.nextRetryAt, retryState.timeoutAt + 1) : retryState.nextRetryAt;
  return notBefore === null ? due : Math.max(due, notBefore);
}

/** The postponement in force after `stream`: set by the outcome of a delivery, spent by the next attempt. */
export function notBeforeAfter(previous: number | null, stream: EventStream): number | null {
  switch (stream.body[0].name) {
    case 'execution_failed_applied': {
      const asked = Number(stream.header[NOT_BEFORE_HEADER] ?? Number.NaN);
      return Number.isSafeInteger(asked) ? Math.min(asked, stream.createTime + MAX_POSTPONEMENT) : null;
    }
    case 'compensation_prepared':
      return null;
    default:
      return previous;
  }
}
