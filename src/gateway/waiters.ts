import { GatewayError } from './errors.ts';
import type { CommandResult, WaitPlan, WaitSignal } from './messages.ts';
import { type SentCommand, toResult } from './signals.ts';
import { createWaitProgress } from './wait-progress.ts';

/** A lost answer is looked for after so many milliseconds, then again and again. */
const FIRST_LOOK = 1_000;
const NEXT_LOOK = 2_000;

/** Somebody who waits for a command, from before it is sent. */
export interface Waiter {
  /** What has come and what comes, until the wait is over. @throws GatewayError RequestTimeout or ServiceUnavailable */
  results(): AsyncGenerator<CommandResult, void>;
  /** Ends the wait; what comes later is dropped. */
  close(): void;
}

/** Everybody in this process who waits for a command. */
export interface Waiters {
  /** @throws GatewayError TooManyRequests */
  open(command: SentCommand, plan: WaitPlan, cancelled: AbortSignal): Waiter;
  /** Hands a signal to whoever waits for it; dropped when nobody does. */
  receive(signal: WaitSignal): void;
  /** Commands whose answer may be lost: PROCESSED, or SNAPSHOT where that is waited for. Each is named again after a while. */
  overdue(): SentCommand[];
  waiting(): number;
  /** Ends every wait: this process is about to stop. */
  stop(): void;
}

interface Entry {
  readonly command: SentCommand;
  readonly receive: (signal: WaitSignal) => void;
  readonly fail: (error: GatewayError) => void;
  lookAt: number;
  processed: boolean;
  /** Whether PROCESSED is not all that is waited for and can be found. */
  readonly needsSnapshot: boolean;
}

/** `maxWaiting` callers at most wait at a time. */
export function createWaiters(maxWaiting: number): Waiters {
  const entries = new Map<string, Entry>();
  return {
    open(command, plan, cancelled) {
      if (entries.size >= maxWaiting) {
        throw new GatewayError(
          'TooManyRequests',
          `${maxWaiting} callers are waiting for their commands already. Try again in a moment, or send with Command-Wait-Stage: SENT.`,
          { retryAfter: 1 },
        );
      }
      const { entry, results } = createEntry(command, plan, cancelled);
      entries.set(command.commandId, entry);
      return { results, close: () => entries.delete(command.commandId) };
    },
    receive(signal) {
      entries.get(signal.waitCommandId)?.receive(signal);
    },
    overdue() {
      const now = performance.now();
      const due = [...entries.values()].filter(
        ({ processed, needsSnapshot, lookAt }) => (!processed || needsSnapshot) && lookAt <= now,
      );
      for (const entry of due) entry.lookAt = now + NEXT_LOOK;
      return due.map(({ command }) => command);
    },
    waiting: () => entries.size,
    stop() {
      for (const { command, processed, fail } of entries.values()) fail(stoppingError(command, processed));
    },
  };
}

function createEntry(command: SentCommand, plan: WaitPlan, cancelled: AbortSignal) {
  const follow = createWaitProgress(command.commandId, plan);
  const arrived: CommandResult[] = [];
  const endsAt = performance.now() + plan.timeout;
  let done = false;
  let error: GatewayError | null = null;
  let wake = (): void => undefined;

  const entry: Entry = {
    command,
    lookAt: performance.now() + FIRST_LOOK,
    processed: false,
    needsSnapshot: plan.stage === 'SNAPSHOT',
    receive(signal) {
      if (done) return;
      // A look-up may find what has also arrived.
      const isRepeated = entry.processed && signal.stage === 'PROCESSED' && signal.commandId === command.commandId;
      if (isRepeated) return;
      if (signal.stage === 'PROCESSED' && signal.commandId === command.commandId) entry.processed = true;
      const progress = follow(signal);
      done = progress.done;
      if (progress.shown) arrived.push(toResult(command, signal));
      wake();
    },
    fail(reason) {
      error = reason;
      wake();
    },
  };

  async function* results(): AsyncGenerator<CommandResult, void> {
    const timer = setTimeout(
      () => {
        entry.fail(timeoutError(plan.timeout));
      },
      Math.max(0, endsAt - performance.now()),
    );
    const onCancelled = (): void => {
      wake();
    };
    cancelled.addEventListener('abort', onCancelled);
    try {
      while (!cancelled.aborted) {
        const next = arrived.shift();
        if (next !== undefined) yield next;
        else if (done) return;
        else if (error !== null) throw error;
        else {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
      }
    } finally {
      clearTimeout(timer);
      cancelled.removeEventListener('abort', onCancelled);
    }
  }
  return { entry, results };
}

const timeoutError = (timeout: number): GatewayError =>
  new GatewayError(
    'RequestTimeout',
    `The wanted stage was not reached within ${timeout}ms. The command goes on: look at its record, or wait longer with Command-Wait-Timeout.`,
  );

const stoppingError = ({ commandId, requestId, aggregateId }: SentCommand, isProcessed: boolean): GatewayError =>
  new GatewayError(
    'ServiceUnavailable',
    `This process is stopping and cannot wait any longer. ${
      isProcessed
        ? 'The command was carried out: only the wanted stage was not reached yet.'
        : 'Whether the command was carried out is not known: repeat it with the same request id.'
    }`,
    { retryAfter: 1, details: { commandId, requestId, aggregateId } },
  );
