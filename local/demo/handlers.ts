import { setTimeout as sleep } from 'node:timers/promises';
import { ExecutionError } from '../../client/src/index.ts';

/** One execution of a handler: of the event itself, or of a retry. */
export interface Execution {
  /** The number of the retry; 0: the event itself. */
  readonly attempt: number;
  /** Aborted when nobody waits for its end any more. */
  readonly signal: AbortSignal;
  /** Says on the screen what the shop is doing. */
  readonly tell: (text: string) => void;
}

/** How an execution that did not fail ended: at once, or with work that goes on and ends later. */
export type Executed = { readonly kind: 'done' } | { readonly kind: 'accepted'; readonly work: Promise<void> };

/** Handles an event of the shop. @throws ExecutionError when it fails */
export type Handler = (execution: Execution) => Promise<Executed>;

/** Far longer than the timeout of its retries. */
const HANG = 30_000;
const LABEL_TIME = 2_000;
/** Deep enough for a stack trace of far more than 64 KiB. */
const DEPTH = 1_500;

const DONE: Executed = { kind: 'done' };

/** Fails until the third retry. */
export const reserveStock: Handler = ({ attempt }) =>
  attempt < 3
    ? Promise.reject(new ExecutionError('DeadlockDetected', 'two orders wait for the same stock rows'))
    : Promise.resolve(DONE);

/** Its first retry hangs. */
export const chargeCard: Handler = async ({ attempt, signal, tell }) => {
  if (attempt === 0) throw new ExecutionError('ConnectionReset', 'the payment provider closed the connection');
  if (attempt === 1) {
    tell('hangs: the provider does not answer');
    await sleep(HANG, undefined, { signal });
  }
  return DONE;
};

/** A mail server and the password that the shop uses for it. */
export interface MailServer {
  /** What a person does about it. */
  correctPassword(): void;
  readonly sendMail: Handler;
}

/** Every mail fails until the password is corrected. */
export function createMailServer(): MailServer {
  let isPasswordRight = false;
  return {
    correctPassword() {
      isPasswordRight = true;
    },
    sendMail: () =>
      isPasswordRight
        ? Promise.resolve(DONE)
        : Promise.reject(new ExecutionError('MailRefused', '535 5.7.8 authentication failed')),
  };
}

/** Fails once, deep down, with a stack trace of many pages and a cause. */
export const indexProduct: Handler = ({ attempt }) => {
  if (attempt > 0) return Promise.resolve(DONE);
  const usual = Error.stackTraceLimit;
  Error.stackTraceLimit = 2 * DEPTH;
  try {
    indexCategory(DEPTH);
    return Promise.resolve(DONE);
  } catch (error) {
    return Promise.reject(error instanceof Error ? error : new Error(String(error)));
  } finally {
    Error.stackTraceLimit = usual;
  }
};

function indexCategory(depth: number): void {
  if (depth > 0) {
    indexCategory(depth - 1);
    return;
  }
  const cause = new RangeError('category "sale" is a child of itself');
  throw new ExecutionError('CategoryTooDeep', `categories are nested more than ${DEPTH} levels deep`, { cause });
}

/** Takes longer than a caller should wait for, once the carrier answers at all. */
export const printLabel: Handler = ({ attempt, signal, tell }) => {
  if (attempt === 0) return Promise.reject(new ExecutionError('CarrierDown', "the carrier's API is under maintenance"));
  tell(`answers 202, and will report back in ${LABEL_TIME / 1_000} s`);
  return Promise.resolve({ kind: 'accepted', work: sleep(LABEL_TIME, undefined, { signal }) });
};
