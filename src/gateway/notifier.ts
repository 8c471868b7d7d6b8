import type { Logger } from 'pino';
import { type Pool, isLiveInstance } from '../store/index.ts';
import type { WaitSignal } from './messages.ts';

/** Where another process takes signals, below its address (contract 5.1). */
export const WAIT_PATH = '/wow/command/wait';
const MAX_QUEUED = 1_000;
const MAX_IN_FLIGHT = 16;
/** Milliseconds for one signal; who gets none looks its command up. */
const TIMEOUT = 2_000;
/** Milliseconds for which an address stays checked. */
const CHECKED_FOR = 10_000;
/** Milliseconds for which an endpoint that gave no answer is left out: longer than one post, so that one tries it. */
const LEFT_OUT_FOR = 3_000;

export interface NotifierDeps {
  readonly pool: Pool;
  readonly log: Logger;
  /** Hosts that may be called although no live process advertises them. */
  readonly waitHosts: ReadonlySet<string>;
}

/** Tells other processes about commands that somebody waits for there. Best effort, and bounded. */
export interface Notifier {
  notify(endpoint: string, signals: readonly WaitSignal[]): void;
}

export function createNotifier({ pool, log, waitHosts }: NotifierDeps): Notifier {
  const queue: { endpoint: string; signals: readonly WaitSignal[] }[] = [];
  const checked = new Map<string, { readonly allowed: boolean; readonly at: number }>();
  const leftOutUntil = new Map<string, number>();
  let inFlight = 0;

  /** Endpoints come with commands, so with anybody's request: only our own processes are called. */
  const isAllowed = async (endpoint: string): Promise<boolean> => {
    if (!URL.canParse(endpoint) || !endpoint.endsWith(WAIT_PATH)) return false;
    if (waitHosts.has(new URL(endpoint).hostname)) return true;
    const known = checked.get(endpoint);
    if (known !== undefined && performance.now() - known.at < CHECKED_FOR) return known.allowed;
    const allowed = await isLiveInstance(pool, endpoint.slice(0, -WAIT_PATH.length));
    if (checked.size >= MAX_QUEUED) checked.clear();
    checked.set(endpoint, { allowed, at: performance.now() });
    return allowed;
  };

  const leaveOut = (endpoint: string): void => {
    if (leftOutUntil.size >= MAX_QUEUED) leftOutUntil.clear();
    leftOutUntil.set(endpoint, performance.now() + LEFT_OUT_FOR);
  };

  /** An endpoint that gave no answer is tried by one post at a time: more would hold up the signals to all others. */
  const takeTurn = (endpoint: string): boolean => {
    const until = leftOutUntil.get(endpoint);
    if (until === undefined) return true;
    if (performance.now() < until) return false;
    leaveOut(endpoint);
    return true;
  };

  const send = async (endpoint: string, signal: WaitSignal): Promise<void> => {
    const timeout = AbortSignal.timeout(TIMEOUT);
    try {
      await fetch(endpoint, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(signal),
        redirect: 'error',
        signal: timeout,
      });
      leftOutUntil.delete(endpoint);
    } catch (error) {
      // A refused connection holds nobody up, and a process that restarts refuses for a moment.
      if (timeout.aborted) leaveOut(endpoint);
      throw error;
    }
  };

  const post = async (endpoint: string, signals: readonly WaitSignal[]): Promise<void> => {
    try {
      if (!(await isAllowed(endpoint)) || !takeTurn(endpoint)) return;
      for (const signal of signals) await send(endpoint, signal);
    } catch (error) {
      log.debug({ endpoint, reason: error instanceof Error ? error.message : String(error) }, 'cannot notify a waiter');
    }
  };

  const pump = (): void => {
    while (inFlight < MAX_IN_FLIGHT) {
      const next = queue.shift();
      if (next === undefined) return;
      inFlight += 1;
      void post(next.endpoint, next.signals).then(() => {
        inFlight -= 1;
        pump();
      });
    }
  };

  return {
    notify(endpoint, signals) {
      if (queue.length >= MAX_QUEUED) queue.shift();
      queue.push({ endpoint, signals });
      pump();
    },
  };
}
