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
  pruneRefusals,
} from '../store/index.ts';
import type { Executions } from '../temporal/index.ts';
import { createPace } from './pace.ts';

/** Records that are looked up at a time. */
const PAGE = 256;
/** Milliseconds between two looks while nothing is to be done, or while it cannot be done. */
const IDLE = 1_000;
/** Dead letters that are started in a second, while nothing with a deadline waits. */
const DEAD_LETTERS = 5;
/** Milliseconds after which a record that should have been prepared is looked after. */
const OVERDUE = 60_000;
const OVERDUE_INTERVAL = 10_000;
/** Milliseconds before the same record is nudged again. */
const SYNC_INTERVAL = 10 * 60_000;
const PRUNE_INTERVAL = 10 * 60_000;
const PRUNE_LIMIT = 10_000;
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
  const stopping = new AbortController();
  const { signal } = stopping;
  const pace = createPace();
  const synced = new Map<string, number>();
  let overdueAt = 0;
  let pruneAt = 0;
  let backlogAt = 0;

  const start = async (record: OpenRecord, epoch: number): Promise<'started' | 'running'> => {
    const startedAt = Date.now();
    const result = await deps.executions.start(record.id, { ...record, deleted: false });
    pace.started(Date.now() - startedAt);
    // A run that was there before this epoch may be parked without a timer: automatic retries were switched off.
    if (result === 'running' && record.deadline !== null) await deps.executions.sync(record.id);
    await engageRecord(deps.pool, record.id, epoch);
    return result;
  };

  const startAll = async (records: readonly OpenRecord[], epoch: number): Promise<void> => {
    const queue = [...records];
    const running = new Set<Promise<void>>();
    let failure: unknown;
    while (queue.length > 0 && failure === undefined && !signal.aborted) {
      const isDue = (queue[0]?.deadline ?? Infinity) <= Date.now();
      if (running.size >= pace.inFlight(isDue)) {
        await Promise.race(running);
        continue;
      }
      const record = queue.shift();
      if (record === undefined) break;
      const one = start(record, epoch)
        .then(() => undefined)
        .catch((error: unknown) => {
          failure = error;
        })
        .finally(() => running.delete(one));
      running.add(one);
    }
    await Promise.all(running);
    if (failure !== undefined) throw failure;
  };

  const lookAfterOverdue = async (epoch: number): Promise<void> => {
    const now = Date.now();
    if (!deps.autoRetry || now < overdueAt) return;
    overdueAt = now + OVERDUE_INTERVAL;
    for (const [id, at] of synced) if (now - at > SYNC_INTERVAL) synced.delete(id);
    const overdue = (await findOverdue(deps.pool, epoch, now - OVERDUE, PAGE)).filter(({ id }) => !synced.has(id));
    if (overdue.length > 0) deps.log.warn({ records: overdue.length }, 'records are overdue: looking after them');
    for (const { id } of overdue) synced.set(id, now);
    await startAll(overdue, epoch);
  };

  /** One step; false: there was nothing to do. */
  const step = async (): Promise<boolean> => {
    const epoch = deps.epoch();
    if (epoch === 0 || !deps.leadership.isLeader()) return false;
    const now = Date.now();
    if (now >= pruneAt) {
      pruneAt = now + PRUNE_INTERVAL;
      await pruneRefusals(deps.pool, PRUNE_LIMIT);
    }
    await lookAfterOverdue(epoch);
    const due = await findUnengaged(deps.pool, epoch, PAGE, 'due');
    if (due.length === 0) {
      await startAll(await findUnengaged(deps.pool, epoch, DEAD_LETTERS, 'dead letters'), epoch);
      return false;
    }
    if (now >= backlogAt) {
      backlogAt = now + BACKLOG_INTERVAL;
      pace.backlog(await deps.executions.backlogAge());
    }
    deps.log.info({ records: due.length, epoch }, 'starting the workflows of open records');
    await startAll(due, epoch);
    return true;
  };

  const run = async (): Promise<void> => {
    while (!signal.aborted) {
      let isBusy = false;
      try {
        isBusy = await step();
      } catch (error) {
        const isOutage = error instanceof StoreUnavailable || deps.executions.unavailable(error) !== null;
        if (isOutage) deps.log.debug({ reason: (error as Error).message }, 'the starter waits');
        else deps.log.error({ err: error }, 'the starter failed and goes on');
      }
      if (!isBusy) await delay(IDLE, undefined, { signal }).catch(() => undefined);
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
