import { setTimeout as sleep } from 'node:timers/promises';
import { FAILED_EXECUTION } from '../../support/api.ts';
import { type Wish, send } from '../../support/fault-ledger.ts';

/** Records that are made at a time. */
const PARALLEL = 32;
/** Milliseconds before a create is repeated, and how often. */
const REPEAT_PAUSE = 250;
const TRIES = 40;
/** Milliseconds until the records are due by which the pace is taken: they never are. */
const LATER = 3_600_000;
/** By how much longer the others may take than the first ones. */
const MARGIN = 1.5;

/** Records that fall due one after the other. */
export interface Armed {
  /** What was sent for them. */
  readonly wishes: readonly Wish[];
  /** When the first of them is due, epoch milliseconds. */
  readonly from: number;
}

/**
 * Makes `count` records that are retried once, and that fall due within `spread` milliseconds, beginning `calm`
 * milliseconds after the last of them is made, as far as that can be told. @throws Error where one cannot be made
 */
export async function armRecords(url: string, count: number, calm: number, spread: number): Promise<Armed> {
  const startedAt = Date.now();
  const trials = Array.from({ length: PARALLEL }, (_, index) => armed(`trial-${index}`, startedAt + LATER));
  await makeAll(url, trials);
  const pace = (Date.now() - startedAt) / PARALLEL;
  const from = Date.now() + count * pace * MARGIN + calm;
  const others = Array.from({ length: count }, (_, index) => armed(`armed-${index}`, from + (spread * index) / count));
  await makeAll(url, others);
  return { wishes: [...trials, ...others], from };
}

/** A record whose retry has more time than any fault takes, and that nobody reports on. */
const armed = (id: string, dueAt: number): Wish => ({
  name: 'create_execution_failed',
  aggregateId: id,
  requestId: `request-${id}`,
  body: {
    ...FAILED_EXECUTION,
    executeAt: Math.round(dueAt),
    retrySpec: { maxRetries: 1, minBackoff: 0, executionTimeout: 3_600 },
  },
  headers: {},
  sends: [],
});

async function makeAll(url: string, wishes: readonly Wish[]): Promise<void> {
  const queue = [...wishes];
  const work = async (): Promise<void> => {
    for (let wish = queue.shift(); wish !== undefined; wish = queue.shift()) await make(url, wish);
  };
  await Promise.all(Array.from({ length: PARALLEL }, work));
}

async function make(url: string, wish: Wish): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    const answer = await send(url, wish, 'PROCESSED');
    if (answer.kind === 'result') return;
    if (tries === TRIES) throw new Error(`${wish.requestId} cannot be made: ${JSON.stringify(answer)}`);
    await sleep(REPEAT_PAUSE);
  }
}
