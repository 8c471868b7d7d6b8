import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import {
  FIRST_DUE,
  type Leadership,
  type OpenRecord,
  type Pool,
  StoreUnavailable,
  countNewCreates,
  engageRecord,
  findOverdue,
  findUnengaged,
  findUnengagedDeadLetters,
} from '../store/index.ts';
import type { Executions } from '../temporal/index.ts';
import { createLately } from './lately.ts';
import { createPace } from './pace.ts';
import { watchReach } from './reach.ts';
import { startAll } from './start-all.ts';
import { createTrouble } from './trouble.ts';

/** Records that are looked up at a time. */
const PAGE = 256;
/** Milliseconds after which they are looked up anew: meanwhile a storm may have brought some that are due sooner. */
const FRESH = 1_000;
/** Milliseconds of starting before everything else has its turn. */
const ROUND = 2_000;
/**
 * So many creates in a second are a storm, whichever process they came to. They are looked for among so many new versions: as
 * many as Postgres takes in a second, and read in 2 ms.
 */
const STORM = { creates: 100, versions: 5_000 };
/** Milliseconds before its deadline at which a record gets its workflow in spite of a storm. */
const SOON = 10_000;
/** Milliseconds before a record is tried again whose workflow cannot be started although Temporal answers. */
const SET_ASIDE = 10 * 60_000;
/** With more of these in one step, it is not for the records: the others are left in peace for a moment. */
const MAX_SET_ASIDE = 20;
/** Milliseconds between two looks while nothing is to be done, or while it cannot be done. */
const IDLE = 1_000;
/** Dead letters that are started at a time and milliseconds between two times, while nothing waits that goes before them. */
const DEAD_LETTERS = 5;
const DEAD_LETTERS_INTERVAL = 1_000;
/** Milliseconds after which a record that should have been prepared is looked after. */
const OVERDUE = 60_000;
const OVERDUE_INTERVAL = 10_000;
/** Milliseconds before the same record is looked after again. */
const SYNC_INTERVAL = 10 * 60_000;
const BACKLOG_INTERVAL = 2_000;

export interface StarterDeps {
  readonly pool: Pool;
  readonly executions: Executions;
  readonly leadership: Leadership;
  /** The Temporal epoch to bring every open record into; 0: Temporal is not there yet. */
  readonly epoch: () => number;
  /** Whether no other process could take the lead. @throws StoreUnavailable */
  readonly isAlone: () => Promise<boolean>;
  /** Whether this process has its hands full with creates, so that starts give way which need not be now. */
  readonly isStorm: () => boolean;
  /** Whether any attempt is pushed, so that it has to be delivered again: services that are not pushed learn of theirs by themselves. */
  readonly pushes: () => boolean;
  /** Under `false` nothing is overdue (AUTO_RETRY=off). */
  readonly autoRetry: boolean;
  /** The time that deadlines are compared with, epoch milliseconds. */
  readonly now: () => number;
  readonly log: Logger;
}

/**
 * Sees to it that every open record has a workflow: after a loss of Temporal's database, after a create that Temporal
 * missed, after a workflow was terminated. Records with a deadline or an attempt that is out come first. One process does this.
 */
export function runStarter(deps: StarterDeps): { stop(): Promise<void> } {
  const { pool, executions, leadership, log } = deps;
  const stopping = new AbortController();
  const pace = createPace();
  const trouble = createTrouble(log, 'the starter');
  /** Records whose start is on its way, and those that cannot be helped. */
  const begun = new Set<string>();
  const setAside = createLately(SET_ASIDE);
  let setAsideInStep = 0;
  const lookedAfter = createLately(SYNC_INTERVAL);
  /** Up to where overdue records have been looked after: page by page, and from the first of them again. */
  let overdueUpTo = FIRST_DUE;
  const reach = watchReach(leadership, deps.isAlone);
  let lastEpoch = 0;
  const every = (interval: number, work: (epoch: number) => Promise<void>) => {
    let next = Number.NEGATIVE_INFINITY;
    return async (epoch: number): Promise<void> => {
      if (performance.now() < next) return;
      next = performance.now() + interval;
      await work(epoch);
    };
  };

  const engageOne = async (record: OpenRecord, epoch: number, isDue: boolean): Promise<void> => {
    const startedAt = performance.now();
    const result = await executions.start(record.id, { ...record, deleted: false, due: record.deadline !== null });
    pace.started(performance.now() - startedAt, isDue);
    // A run from before may be parked without a timer, or without a delivery: automatic retries were off, or Postgres was
    // restored under it.
    if (result === 'running' && record.wantedAt !== null) await executions.sync(record.id);
    await engageRecord(pool, record.id, epoch);
  };
  const isAway = (error: unknown): boolean =>
    error instanceof StoreUnavailable || executions.unavailable(error) !== null;
  const attend = async (record: OpenRecord, epoch: number, isDue: boolean): Promise<void> => {
    begun.add(record.id);
    try {
      await engageOne(record, epoch, isDue);
    } catch (error) {
      if (isAway(error)) throw error;
      // The others need not wait for the one that cannot be helped.
      log.error({ err: error, id: record.id }, 'the workflow of a record cannot be started: trying again later');
      setAside.add(record.id);
      setAsideInStep += 1;
      if (setAsideInStep > MAX_SET_ASIDE) throw error;
    } finally {
      begun.delete(record.id);
    }
  };
  const unhelped = (): string[] => [...begun, ...setAside.ids()];

  const askBacklog = async (): Promise<void> => {
    pace.backlog(await executions.backlogAge());
    reach.answered();
  };
  const watchBacklog = every(BACKLOG_INTERVAL, askBacklog);
  const lookAfterOverdue = every(OVERDUE_INTERVAL, async (epoch) => {
    if (!deps.autoRetry) return;
    const page = await findOverdue(pool, epoch, deps.now() - OVERDUE, overdueUpTo, PAGE);
    const overdue = page.filter(({ id }) => !lookedAfter.has(id));
    if (overdue.length > 0) log.warn({ records: overdue.length }, 'records are overdue: looking after them');
    await startAll(overdue, pace, stopping.signal, deps.now, async (record, isDue) => {
      await attend(record, epoch, isDue);
      lookedAfter.add(record.id);
    });
    overdueUpTo = page[PAGE - 1] ?? FIRST_DUE;
  });

  /** A start costs ten times what a create costs: a storm would last as much longer. */
  const isStorm = async (): Promise<boolean> =>
    deps.isStorm() || (await countNewCreates(pool, STORM.versions)) >= STORM.creates;

  /** Records whose workflow is missing and has something to do, in its order, for one round; `onEnd`: there are no more of them. */
  async function* nextDue(epoch: number, onEnd: () => void): AsyncGenerator<OpenRecord, void> {
    const until = performance.now() + ROUND;
    while (performance.now() < until) {
      const now = deps.now();
      const before = (await isStorm()) ? now + SOON : Number.MAX_SAFE_INTEGER;
      const page = await findUnengaged(pool, epoch, { before, pushedAt: deps.pushes() ? now : null }, unhelped(), PAGE);
      if (page.length === 0) {
        onEnd();
        return;
      }
      await watchBacklog(epoch);
      const foundAt = performance.now();
      for (const record of page) {
        // A storm of this process is seen with the next record, one of the others with the next page.
        if (deps.isStorm() && (record.wantedAt ?? 0) > deps.now() + SOON) break;
        yield record;
        if (performance.now() - foundAt > FRESH) break;
      }
    }
  }
  /** How many were started, and whether none is left that may be started now. */
  const startDue = async (epoch: number): Promise<{ started: number; isEnd: boolean }> => {
    let started = 0;
    let isEnd = false;
    const records = nextDue(epoch, () => {
      isEnd = true;
    });
    await startAll(records, pace, stopping.signal, deps.now, async (record, isDue) => {
      await attend(record, epoch, isDue);
      started += 1;
    });
    return { started, isEnd };
  };
  const startDeadLetters = every(DEAD_LETTERS_INTERVAL, async (epoch) => {
    const found = await findUnengagedDeadLetters(pool, epoch, unhelped(), DEAD_LETTERS);
    await startAll(found, pace, stopping.signal, deps.now, (record, isDue) => attend(record, epoch, isDue));
  });

  /** One step. False: there was nothing to do, or it is not for this process to do it. */
  const step = async (): Promise<boolean> => {
    const epoch = deps.epoch();
    if (epoch === 0) reach.missed();
    await reach.makeRoom();
    if (epoch === 0) return false;
    // In a new epoch it has just answered.
    if (epoch !== lastEpoch) reach.answered();
    lastEpoch = epoch;
    if (!leadership.isLeader()) return false;
    setAsideInStep = 0;
    // There may be nothing to start that would show whether it answers again.
    if (reach.isMissed()) await askBacklog();
    await lookAfterOverdue(epoch);
    const { started, isEnd } = await startDue(epoch);
    if (started > 0) log.info({ records: started, epoch }, 'started the workflows of open records');
    // In a storm as well: one that lasts must not keep them waiting for ever.
    if (isEnd) await startDeadLetters(epoch);
    trouble.ended();
    return started > 0;
  };

  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      let isBusy = false;
      try {
        isBusy = await step();
      } catch (error) {
        const missed = executions.unavailable(error);
        if (missed !== null) reach.missed();
        // Once for a step, however many of its starts came to nothing: they went together.
        if (missed?.maybeSent === true) pace.unanswered();
        if (isAway(error)) trouble.began(error);
        else log.error({ err: error }, 'the starter failed and goes on');
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
