import { setTimeout as sleep } from 'node:timers/promises';
import { FAILED_EXECUTION } from '../../support/api.ts';
import { type Wish, send } from '../../support/fault-ledger.ts';

/** Records that are made at a time. */
const PARALLEL = 32;
/** Milliseconds before a create is repeated, and how often. */
const REPEAT_PAUSE = 250;
const TRIES = 40;

/**
 * Makes `count` records that fall due one after the other between two instants, epoch milliseconds, and are retried once.
 * Returns what was sent for it. @throws Error where one cannot be made
 */
export async function armRecords(url: string, count: number, from: number, until: number): Promise<readonly Wish[]> {
  const wishes = Array.from({ length: count }, (_, index) => armed(index, from + ((until - from) * index) / count));
  const queue = [...wishes];
  const work = async (): Promise<void> => {
    for (let wish = queue.shift(); wish !== undefined; wish = queue.shift()) await make(url, wish);
  };
  await Promise.all(Array.from({ length: PARALLEL }, work));
  return wishes;
}

/** A record whose retry has more time than any fault takes, and that nobody reports on. */
const armed = (index: number, dueAt: number): Wish => ({
  name: 'create_execution_failed',
  aggregateId: `armed-${index}`,
  requestId: `request-armed-${index}`,
  body: {
    ...FAILED_EXECUTION,
    executeAt: Math.round(dueAt),
    retrySpec: { maxRetries: 1, minBackoff: 0, executionTimeout: 3_600 },
  },
  headers: {},
  sends: [],
});

async function make(url: string, wish: Wish): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    const answer = await send(url, wish, 'PROCESSED');
    if (answer.kind === 'result') return;
    if (tries === TRIES) throw new Error(`${wish.requestId} cannot be made: ${JSON.stringify(answer)}`);
    await sleep(REPEAT_PAUSE);
  }
}
