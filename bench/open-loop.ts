import { setTimeout as sleep } from 'node:timers/promises';
import { ascending } from './statistics.ts';

/** Requests that go out at a fixed rate, whether or not the ones before them are answered. */
export interface OpenLoop {
  /**
   * Ends it once all that went out is answered. Returns milliseconds, ascending, each from the time at which its request was
   * to go out: one that is held up by others counts as late.
   * @throws what the first `send` threw
   */
  stop(): Promise<number[]>;
}

/** Calls `send` so often per second until it is stopped or one of them throws. */
export function startOpenLoop(perSecond: number, send: (number: number) => Promise<unknown>): OpenLoop {
  const stopping = new AbortController();
  const latencies: number[] = [];
  const underWay: Promise<void>[] = [];
  const startedAt = performance.now();
  const sendAt = async (number: number, plannedAt: number): Promise<void> => {
    try {
      await send(number);
      latencies.push(performance.now() - plannedAt);
    } catch (error) {
      stopping.abort();
      throw error;
    }
  };
  const run = async (): Promise<void> => {
    for (let number = 0; ; number += 1) {
      const plannedAt = startedAt + (number * 1_000) / perSecond;
      const wait = plannedAt - performance.now();
      if (wait > 0) await sleep(wait, undefined, { signal: stopping.signal }).catch(() => undefined);
      if (stopping.signal.aborted) return;
      const sent = sendAt(number, plannedAt);
      // Looked at when the loop is stopped; until then a failure is nobody's.
      sent.catch(() => undefined);
      underWay.push(sent);
    }
  };
  const running = run();
  return {
    async stop() {
      stopping.abort();
      await running;
      await Promise.all(underWay);
      return ascending(latencies);
    },
  };
}
