import {
  type ActivityOptions,
  type LocalActivityOptions,
  isCancellation,
  proxyActivities,
  proxyLocalActivities,
} from '@temporalio/workflow';
import type {
  Entry,
  ErrorDetails,
  ExecutionFailedStatus,
  FunctionInfo,
  Outcome,
  RecoverableType,
} from '../src/domain/index.ts';
import { DELIVERY_QUEUE } from './task-queues.ts';

/** What an operator is shown of a record; small, since it is part of the history. Times are epoch milliseconds. */
export interface View {
  readonly status: ExecutionFailedStatus;
  readonly deleted: boolean;
  readonly recoverable: RecoverableType;
  readonly function: FunctionInfo;
  /** What the failed event came from: `<context>/<aggregate>/<id>`. */
  readonly source: string;
  /** The target that executes the function; null: the service learns of prepared retries by itself. */
  readonly target: string | null;
  /** The last execution. */
  readonly executeAt: number;
  readonly errorCode: string;
  /** Cut to a few words. */
  readonly errorMsg: string;
  readonly retries: number;
  readonly maxRetries: number;
  readonly timeoutAt: number;
  /** The address of the record. */
  readonly link: string;
  /** Whether search attributes follow the record (VISIBILITY_UPSERTS). */
  readonly searchable: boolean;
}

/** The attempt in flight that is to be pushed to a target: its number and the end of its time, epoch milliseconds. */
export interface Attempt {
  readonly attempt: number;
  readonly until: number;
  /** The task queue whose workers execute it; left out where `deliver` pushes it to a target by itself. */
  readonly queue?: string;
}

/** What the workflow learns from `handle`: never the whole state. */
export interface Handled {
  /** When it was decided, epoch milliseconds: by the clock that deadlines are made with, which goes on during a task. */
  readonly now: number;
  readonly outcomes: readonly Outcome[];
  /** The newest version; 0: there is no record. */
  readonly version: number;
  /** The era of the feed: a later one means that Postgres was set back. Left out by earlier releases, and for what is new. */
  readonly era?: number | undefined;
  /** When the record is next prepared by itself, epoch milliseconds; null: not before somebody acts. */
  readonly deadline: number | null;
  /** Null: nothing is to be pushed. */
  readonly delivery: Attempt | null;
  /** Null: there is no record. */
  readonly view: View | null;
}

/** Why nothing was delivered: the attempt was over (`gone`), or it is delivered another way since targets changed (`moved`). */
export type NotDelivered = { readonly kind: 'gone' } | { readonly kind: 'moved' };

/** An attempt for the workers of a task queue; `heartbeatTimeout` in milliseconds, null: none. */
export interface QueuedRetry {
  readonly kind: 'queued';
  readonly target: string;
  readonly queue: string;
  readonly heartbeatTimeout: number | null;
  /** When it was read, epoch milliseconds: by a clock that goes on during a task. Runs of earlier releases were not told. */
  readonly now?: number;
  /** The argument of the activity. Its deadline, epoch milliseconds, is all that the workflow reads of it. */
  readonly retry: { readonly deadline: number };
}

/** How a delivery ended. Times are epoch milliseconds. */
export type Delivered =
  | NotDelivered
  | { readonly kind: 'accepted' }
  | { readonly kind: 'succeeded'; readonly executeAt: number }
  | {
      readonly kind: 'failed';
      readonly error: ErrorDetails;
      readonly executeAt: number;
      readonly recoverable?: RecoverableType;
      readonly notBefore: number | null;
    };

/** The activities that the workflow calls. */
export interface Activities {
  /** Decides the entries on the newest state of the record and stores the decisions. Safe to run twice. */
  handle(id: string, entries: readonly Entry[]): Promise<Handled>;
  /** Pushes the attempt to its target, if it is still the one in flight. */
  deliver(id: string, attempt: number): Promise<Delivered>;
  /** What the workers of its task queue are given of the attempt, if it is still the one in flight. */
  readRetry(id: string, attempt: number): Promise<QueuedRetry | NotDelivered>;
}

const LOCAL: LocalActivityOptions = {
  startToCloseTimeout: '20s',
  localRetryThreshold: '1s',
  retry: { maximumAttempts: 3, initialInterval: '50ms' },
};

const REGULAR: ActivityOptions = {
  startToCloseTimeout: '30s',
  retry: { initialInterval: '1s', maximumInterval: '30s' },
};

/**
 * Local while Postgres answers: no hop, and one history event. When it does not, a regular activity waits for it, as long as
 * it takes, without filling the history. `summary` is shown beside it in the Temporal Web UI.
 */
export async function handle(id: string, entries: readonly Entry[], summary: string): Promise<Handled> {
  try {
    return await proxyLocalActivities<Activities>({ ...LOCAL, summary }).handle(id, entries);
  } catch {
    return await proxyActivities<Activities>({ ...REGULAR, summary }).handle(id, entries);
  }
}

/** A target may be slow, so a delivery is told of a dead worker by its missing heartbeat, long before its time is over. */
const DELIVERY: ActivityOptions = {
  taskQueue: DELIVERY_QUEUE,
  heartbeatTimeout: '10s',
  retry: { maximumAttempts: 1 },
  cancellationType: 'TRY_CANCEL',
};

/** The activity ends by itself when the time of the attempt is over; Temporal's limit, by another clock, must not strike first. */
const GRACE = 5_000;

/** One try to deliver; `timeLeft` in milliseconds. @throws ActivityFailure where the worker, not the target, gave up */
export function deliver(id: string, attempt: number, timeLeft: number): Promise<Delivered> {
  const options = { ...DELIVERY, scheduleToCloseTimeout: timeLeft + GRACE, summary: `deliver retry ${attempt}` };
  return proxyActivities<Activities>(options).deliver(id, attempt);
}

/** Asked right before the attempt is queued; `timeLeft` in milliseconds. @throws ActivityFailure where Postgres did not answer until then */
export async function readRetry(id: string, attempt: number, timeLeft: number): Promise<QueuedRetry | NotDelivered> {
  const summary = `look at retry ${attempt}`;
  try {
    return await proxyLocalActivities<Activities>({ ...LOCAL, summary }).readRetry(id, attempt);
  } catch (error) {
    if (isCancellation(error)) throw error;
    const options = { ...REGULAR, scheduleToCloseTimeout: timeLeft, summary };
    return await proxyActivities<Activities>(options).readRetry(id, attempt);
  }
}
