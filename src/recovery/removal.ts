import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import {
  FIRST_FINISHED,
  type FinishedRecord,
  type Pools,
  type Removed,
  StoreTimeout,
  findFinished,
  findLastSubscriber,
  removeFinished,
} from '../store/index.ts';

/** Records that are looked up at a time. */
const PAGE = 500;
/** What is removed in one transaction: readers of the feed wait for it, and so may a command to one of these records. */
const MAX_BATCH = { records: 50, events: 500 };
/** Milliseconds between two transactions, unless the last one took longer: then as long as that. */
const MIN_PAUSE = 10;
/** Milliseconds between two lines of progress. */
const PROGRESS_INTERVAL = 5_000;

export interface RetentionDeps {
  readonly pools: Pick<Pools, 'commands' | 'queries'>;
  /** Told of every batch that is gone, for whoever counts. */
  readonly onRemoved: (removed: Removed) => void;
  readonly log: Logger;
}

/** What came of one run. */
export interface Removal extends Removed {
  /** Records that a subscriber of the feed has not taken yet. */
  readonly heldBack: number;
  /**
   * Records that somebody else held, that were brought back meanwhile, or that could not be removed in time even alone: the
   * next run looks at them again.
   */
  readonly passedOver: number;
  /** Whether every record was looked at. */
  readonly isComplete: boolean;
}

/**
 * Removes the records that were finished before `before` (epoch milliseconds), those that have rested longest first, in
 * small batches with pauses, while `goesOn` says so. Any number of processes may do this at once.
 * @throws StoreUnavailable; what was removed before that is gone
 */
export async function removeFinishedRecords(
  { pools, onRemoved, log }: RetentionDeps,
  before: number,
  { goesOn }: { readonly goesOn: () => boolean },
): Promise<Removal> {
  const sum = { records: 0, events: 0, heldBack: 0, passedOver: 0 };
  let saidAt = performance.now();

  /** What of the batch is left to be tried in smaller ones. */
  const removeBatch = async (batch: readonly FinishedRecord[]): Promise<FinishedRecord[][]> => {
    const beganAt = performance.now();
    let smaller: FinishedRecord[][] = [];
    try {
      const removed = await removeFinished(
        pools.commands,
        before,
        batch.map(({ id }) => id),
      );
      onRemoved(removed);
      sum.records += removed.records;
      sum.events += removed.events;
      sum.passedOver += batch.length - removed.records;
    } catch (error) {
      if (!(error instanceof StoreTimeout)) throw error;
      smaller = halvesOf(batch);
      if (smaller.length === 0) {
        // The others need not wait for one that has too many events to be removed at once.
        log.warn({ ids: batch.map(({ id }) => id), reason: error.message }, 'a record could not be removed in time');
        sum.passedOver += batch.length;
      }
    }
    if (performance.now() - saidAt >= PROGRESS_INTERVAL) {
      saidAt = performance.now();
      log.info({ ...sum }, 'removing finished records');
    }
    await delay(Math.max(MIN_PAUSE, performance.now() - beganAt));
    return smaller;
  };

  const end = async (isComplete: boolean): Promise<Removal> => {
    if (sum.records > 0) log.info({ ...sum }, 'removed finished records');
    if (sum.heldBack > 0) {
      const subscriber = await findLastSubscriber(pools.queries);
      log.warn({ records: sum.heldBack, subscriber }, 'finished records are kept for a subscriber that is behind');
    }
    if (sum.passedOver > 0) {
      log.warn({ records: sum.passedOver }, 'finished records were passed over until the next run');
    }
    return { ...sum, isComplete };
  };

  for (let place = FIRST_FINISHED; ;) {
    const page = await findFinished(pools.queries, before, place, PAGE);
    const free = page.filter(({ heldBack }) => !heldBack);
    sum.heldBack += page.length - free.length;
    const left = batchesOf(free);
    for (let batch = left.shift(); batch !== undefined; batch = left.shift()) {
      if (!goesOn()) return end(false);
      left.unshift(...(await removeBatch(batch)));
    }
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return end(true);
    place = last;
  }
}

/** As many records at a time as one transaction takes; one that has more events alone is a batch of its own. */
function batchesOf(records: readonly FinishedRecord[]): FinishedRecord[][] {
  const batches: FinishedRecord[][] = [];
  let events = 0;
  for (const record of records) {
    const batch = batches.at(-1);
    events += record.version;
    if (batch === undefined || batch.length >= MAX_BATCH.records || events > MAX_BATCH.events) {
      batches.push([record]);
      events = record.version;
    } else batch.push(record);
  }
  return batches;
}

/** None where it is one record. */
function halvesOf(batch: readonly FinishedRecord[]): FinishedRecord[][] {
  const middle = Math.ceil(batch.length / 2);
  return batch.length < 2 ? [] : [batch.slice(0, middle), batch.slice(middle)];
}
