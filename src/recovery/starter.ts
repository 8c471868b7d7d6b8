import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import {
  type Leadership,
  type OpenRecord,
  type Pool,
  StoreUnavailable,
  engageRecord,
  findOverdue,
  findUnengaged,
  pruneInstances,
  pruneRedeliveries,
  pruneRefusals,
} from '../store/index.ts';
import type { Executions } from '../temporal/index.ts';
import { createPace } from './pace.ts';
import { startAll } from './start-all.ts';

/** Records that are looked up at a time. */
const PAGE = 256;
/** Milliseconds between two looks while nothing is to be done, or while it cannot be done. */
const IDLE = 1_000;
/** Dead letters that are started in a second, while nothing with a deadline waits. */
const DEAD_LETTERS = 5;
/** Milliseconds after which a record that should have been prepared is looked after. */
const OVERDUE = 60_000;
const OVERDUE_INTERVAL = 10_000;
/** Milliseconds before the same record is looked after again. */
const SYNC_INTERVAL = 10 * 60_000;
const PRUNE_INTERVAL = 10 * 60_000;
const PRUNE_LIMIT = 10_000;
/** They are as large as stack traces. */
const REDELIVERY_LIMIT = 500;
const BACKLOG_INTERVAL = 2_000;

export interface StarterDeps {
  readonly pool: Pool;
  readonly executions: Executions;
  readonly leadership: Leadership;
  /** The Temporal epoch to bring every open record into; 0: Temporal is not there yet. */
  readonly epoch: () => number;
  /** Under `false` nothing is overdue (AUTO_RETRY=off). */
  readonly autoRetry: boolean;
  readonly log: Logger;
}

/**
 * Sees to it that every open record has a workflow: after a loss of Temporal's database, after a create that Temporal
 * missed, after a workflow was terminated. Records with a deadline come first, in its order. One process does this.
 */
export function runStarter(deps: StarterDeps): { stop(): Promise<void> } {
  const { pool, executions, log } = deps;
  const stopping = new AbortController();
  const pace = createPace();
  const lookedAfter = new Map<string, number>();
  const every = (interval: number, work: (epoch: number) => Promise<void>) => {
    let next = 0;
    return async (epoch: number): Promise<void> => {
      if (Date.now() < next) return;
      next = Date.now() + interval;
      await work(epoch);
    };
  };

  const engageOne = async (record: OpenRecord, epoch: number): Promise<void> => {
    const startedAt = Date.now();
    const result = await executions.start(record.id, { ...record, deleted: false, due: record.deadline !== null });
    pace.started(Date.now() - startedAt);
    // A run from before may be parked without a timer: automatic retries were off, or Postgres was restored under it.
    if (result === 'running' && record.deadline !== null) await executions.sync(record.id);
    await engageRecord(pool, record.id, epoch);
  };
  const engage = (records: readonly OpenRecord[], epoch: number): Promise<void> =>
    startAll(records, pace, stopping.signal, (record) => engageOne(record, epoch));
  const isAway = (error: unknown): boolean =>
    error instanceof StoreUnavailable || executions.unavailable(error) !== null;

  const prune = every(PRUNE_INTERVAL, async () => {
    await pruneRefusals(pool, PRUNE_LIMIT);
    await pruneInstances(pool);
    while ((await pruneRedeliveries(pool, REDELIVERY_LIMIT)) === REDELIVERY_LIMIT && !stopping.signal.aborted);
  });
  const watchBacklog = every(BACKLOG_INTERVAL, async () => {
    pace.backlog(await executions.backlogAge());
  });
  const lookAfterOverdue = every(OVERDUE_INTERVAL, async (epoch) => {
    if (!deps.autoRetry) return;
    const now = Date.now();
    for (const [id, at] of lookedAfter) if (now - at > SYNC_INTERVAL) lookedAfter.delete(id);
    const overdue = await findOverdue(pool, epoch, now - OVERDUE, [...lookedAfter.keys()], PAGE);
    if (overdue.length > 0) log.warn({ records: overdue.length }, 'records are overdue: looking after them');
    await startAll(overdue, pace, stopping.signal, async (record) => {
      try {
        await engageOne(record, epoch);
      } catch (error) {
        if (isAway(error)) throw error;
        // The others need not wait for the one that cannot be helped.
        log.error({ err: error, id: record.id }, 'an overdue record could not be looked after');
      }
      lookedAfter.set(record.id, now);
    });
  });

  /** One step. False: there was nothing to do, or it is not for this process to do it. */
  const step = async (): Promise<boolean> => {
    const epoch = deps.epoch();
    if (epoch === 0 || !deps.leadership.isLeader()) return false;
    await prune(epoch);
    await lookAfterOverdue(epoch);
    const due = await findUnengaged(pool, epoch, PAGE, 'due');
    if (due.length === 0) {
      await engage(await findUnengaged(pool, epoch, DEAD_LETTERS, 'dead letters'), epoch);
      return false;
    }
    await watchBacklog(epoch);
    log.info({ records: due.length, epoch }, 'starting the workflows of open records');
    await engage(due, epoch);
    return true;
  };

  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      let isBusy = false;
      try {
        isBusy = await step();
      } catch (error) {
        if (isAway(error)) {
          log.debug({ reason: (error as Error).message }, 'the starter waits');
        } else log.error({ err: error }, 'the starter failed and goes on');
      }
      if (!isBusy) await delay(IDLE, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  };
  const running = run();
  return {
    async stop() {
      stopping.abort();
      await running;
    },
  };
}
