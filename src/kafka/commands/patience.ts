import { setTimeout as sleep } from 'node:timers/promises';

/** Milliseconds before the first repetition; doubled each time. */
const FIRST_PAUSE = 250;
const LAST_PAUSE = 15_000;

/**
 * Does something again and again until it succeeds, with growing pauses of which no two are alike, so that what failed
 * together does not come back together. Null: `ended` came first.
 * @param failed told of every failure; what it throws ends the tries
 */
export async function untilDone<Result>(
  attempt: () => Promise<Result>,
  ended: AbortSignal,
  failed: (error: unknown) => void,
): Promise<Result | null> {
  for (let pause = FIRST_PAUSE; !ended.aborted; pause = Math.min(2 * pause, LAST_PAUSE)) {
    try {
      return await attempt();
    } catch (error) {
      failed(error);
    }
    await sleep(pause * (0.75 + Math.random() / 2), undefined, { signal: ended }).catch(() => undefined);
  }
  return null;
}
