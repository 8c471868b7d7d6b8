import { UnavailableError, WaitTimeoutError } from './errors.ts';

/** Milliseconds after the first failure; doubled for each that follows, up to the last. */
const FIRST_PAUSE = 500;
const LAST_PAUSE = 30_000;

/** True where the same request may succeed later. */
export const isPassing = (error: unknown): boolean =>
  error instanceof UnavailableError || error instanceof WaitTimeoutError;

/** Milliseconds to wait after so many failures before this one. By chance a little less, since many begin to wait at once. */
export const backOff = (failures: number): number =>
  Math.min(FIRST_PAUSE * 2 ** failures, LAST_PAUSE) * (1 - Math.random() / 4);

/** Resolves after so many milliseconds, or as soon as the signal is aborted. */
export function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) {
      resolve();
      return;
    }
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, milliseconds);
    signal.addEventListener('abort', end);
  });
}
