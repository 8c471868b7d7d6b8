import type { Logger } from 'pino';
import type { Client } from './pools.ts';
import type { Pools } from './pools.ts';

/** A job of which only one process may do it at a time. */
export type Job = 'starter' | `feed ${string}`;

const RETRY_INTERVAL = 2_000;

/**
 * Leadership held by a session lock on a connection of its own: when the connection breaks, Postgres frees the lock.
 * Its holder hears of that a moment later, in which another may lead as well: the work led must bear being done twice.
 */
export interface Leadership {
  isLeader(): boolean;
  /** The connection that holds the lock: what is written over it is written by the leader. Null: another process leads. */
  session(): Client | null;
  /** Leaves it to another process, and does not seek it for so many milliseconds. */
  resign(rest: number): void;
  stop(): Promise<void>;
}

/** Campaigns for leadership until stopped. */
export function campaign(pools: Pools, log: Logger, job: Job): Leadership {
  let held: (Client & { end(): Promise<void> }) | null = null;
  let stopped = false;
  let restsUntil = Number.NEGATIVE_INFINITY;
  let timer: NodeJS.Timeout | undefined;
  let attempt: Promise<void> = Promise.resolve();
  const seeks = (): boolean => !stopped && performance.now() >= restsUntil;

  const tryOnce = async (): Promise<void> => {
    try {
      const session = await pools.session(job);
      session.on('error', (error) => {
        if (held !== session) return;
        log.warn({ job, reason: error.message }, 'lost the connection that held the leadership');
        held = null;
      });
      let isLeader = false;
      try {
        const { rows } = await session.query<{ locked: boolean }>(
          `select pg_try_advisory_lock(hashtextextended('redress ' || $1, 0)) as locked`,
          [job],
        );
        isLeader = rows[0]?.locked === true && seeks();
      } finally {
        // Its end is not waited for: it may never be confirmed.
        if (!isLeader) void session.end();
      }
      if (!isLeader) return;
      held = session;
      log.info({ job }, 'this process leads');
    } catch (error) {
      log.debug({ job, reason: error instanceof Error ? error.message : String(error) }, 'cannot campaign');
    }
  };
  const schedule = (): void => {
    if (stopped) return;
    attempt = (held === null && seeks() ? tryOnce() : Promise.resolve()).then(() => {
      timer = setTimeout(schedule, RETRY_INTERVAL).unref();
    });
  };
  schedule();

  return {
    isLeader: () => held !== null,
    session: () => held,
    resign(rest) {
      restsUntil = performance.now() + rest;
      const session = held;
      if (session === null) return;
      held = null;
      log.info({ job }, 'this process no longer leads');
      void session.end();
    },
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await attempt;
      clearTimeout(timer);
      const session = held;
      held = null; // before Postgres frees the lock, so that no two lead
      await session?.end();
    },
  };
}
