import type { Logger } from 'pino';

/** Says why a job waits, once for each reason, and that it goes on. */
export interface Trouble {
  began(error: unknown): void;
  ended(): void;
}

/** `job` is how the lines begin. */
export function createTrouble(log: Logger, job: string): Trouble {
  let reason: string | null = null;
  return {
    began(error) {
      const now = error instanceof Error ? error.message : String(error);
      if (now !== reason) log.warn({ reason: now }, `${job} waits and tries again`);
      reason = now;
    },
    ended() {
      if (reason !== null) log.info(`${job} goes on`);
      reason = null;
    },
  };
}
