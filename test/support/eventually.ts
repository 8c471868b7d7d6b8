import { setTimeout as delay } from 'node:timers/promises';

/** Milliseconds between two looks. */
const INTERVAL = 50;

/** What `look` gives, as soon as it no longer throws. @throws what it throws when `timeout` milliseconds are over */
export async function eventually<Result>(
  look: () => Result | Promise<Result>,
  timeout = 15_000,
): Promise<Awaited<Result>> {
  const endsAt = Date.now() + timeout;
  for (;;) {
    try {
      return await look();
    } catch (error) {
      if (Date.now() >= endsAt) throw error;
      await delay(INTERVAL);
    }
  }
}
