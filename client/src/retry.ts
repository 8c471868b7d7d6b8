import type { BindingError, EventId, FunctionInfo, RecoverableType, RetrySpec, RetryState } from './values.ts';

/** One attempt at a failed execution. Times are epoch milliseconds. */
export interface Retry {
  /** `<executionId>:<attempt>`: the same whenever this attempt comes again. */
  readonly idempotencyKey: string;
  /** The record. */
  readonly executionId: string;
  readonly version: number;
  /** Which retry this is, counted from 1. */
  readonly attempt: number;
  /** The event whose handling failed: load it, and handle it again. */
  readonly eventId: EventId;
  readonly function: FunctionInfo;
  /** Why the execution failed the last time. */
  readonly error: {
    readonly errorCode: string;
    readonly errorMsg: string;
    readonly bindingErrors?: readonly BindingError[];
  };
  readonly executeAt: number;
  readonly retrySpec: RetrySpec;
  readonly retryState: RetryState;
  readonly recoverable: RecoverableType;
  /** Until when the outcome has to be there. */
  readonly deadline: number;
  readonly links: { readonly record: string; readonly workflow?: string };
}

/** The key of an attempt. Headers hold no more than ASCII, so everything else is percent-encoded, as Redress does it. */
export const idempotencyKey = (executionId: string, attempt: number): string =>
  `${executionId.replace(/[^\x21-\x24\x26-\x7e]/gu, encodeURIComponent)}:${attempt}`;

/**
 * The retry that a verified body holds. Only what is needed to find and to execute the handler is checked; the rest is
 * what Redress says.
 * @throws TypeError for a body that is no retry
 */
export function readRetry(body: string): Retry {
  let retry: unknown;
  try {
    retry = JSON.parse(body);
  } catch (cause) {
    throw new TypeError('The body is no JSON.', { cause });
  }
  if (!isObject(retry)) throw new TypeError('The body is no object.');
  for (const name of ['idempotencyKey', 'executionId']) {
    if (typeof retry[name] !== 'string') throw new TypeError(`${name} is missing.`);
  }
  for (const name of ['attempt', 'deadline']) {
    if (typeof retry[name] !== 'number') throw new TypeError(`${name} is no number.`);
  }
  if (!isObject(retry['eventId'])) throw new TypeError('eventId is missing.');
  const names = retry['function'];
  if (!isObject(names) || !['contextName', 'processorName', 'name'].every((name) => typeof names[name] === 'string')) {
    throw new TypeError('function is missing, or one of its names.');
  }
  return retry as unknown as Retry;
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
