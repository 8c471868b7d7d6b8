import type { Logger } from 'pino';
import type { Pool, Statement } from './pools.ts';

/** Milliseconds between two looks at it: two clocks that run freely part by less than a millisecond meanwhile. */
const INTERVAL = 10_000;
/** Milliseconds by which it must have been set, or have run apart, before anybody is told. */
const WORTH_TELLING = 1_000;

const READ: Statement = {
  name: 'clock.read',
  text: 'select (extract(epoch from clock_timestamp()) * 1000)::float8 as now',
};

/**
 * The time that records go by, which is that of Postgres: the clock of one machine may be wrong, or jump, and several
 * processes have to agree on when a retry is due.
 */
export interface Clock {
  /** Epoch milliseconds. */
  readonly now: () => number;
  stop(): void;
}

/** What Postgres said between two instants of this process, in milliseconds. */
interface Reading {
  readonly askedAt: number;
  readonly answeredAt: number;
  readonly now: number;
}

/**
 * Reads the clock of Postgres, and goes on from there by this process's timer, which nobody sets, also for as long as
 * Postgres does not answer. It goes back only where the clock of Postgres was set back. After this machine was asleep it is
 * behind until the next look.
 * @throws StoreUnavailable
 */
export async function openClock(pool: Pool, log: Logger): Promise<Clock> {
  const first = await read(pool);
  /** The time of Postgres when this process's timer stood at 0. */
  let origin = first.now - (first.askedAt + first.answeredAt) / 2;
  let latest = Number.NEGATIVE_INFINITY;
  let isLooking = false;
  const look = async (): Promise<void> => {
    // An answer that comes late must not undo what a later question was told.
    if (isLooking) return;
    isLooking = true;
    try {
      const { askedAt, answeredAt, now } = await read(pool);
      // It was read somewhere in between: a slow answer does not spoil what a fast one has told.
      const moved = Math.min(Math.max(origin, now - answeredAt), now - askedAt);
      const by = Math.round(moved - origin);
      if (Math.abs(by) >= WORTH_TELLING) log.warn({ milliseconds: by }, 'the clock of Postgres has moved');
      origin = moved;
    } catch (error) {
      log.debug(
        { reason: error instanceof Error ? error.message : String(error) },
        'the clock of Postgres is not known',
      );
    } finally {
      isLooking = false;
    }
  };
  const timer = setInterval(() => void look(), INTERVAL).unref();
  return {
    now() {
      const at = Math.floor(origin + performance.now());
      // What was only measured a little better stands still instead of going back.
      if (at >= latest || latest - at >= WORTH_TELLING) latest = at;
      return latest;
    },
    stop() {
      clearInterval(timer);
    },
  };
}

async function read(pool: Pool): Promise<Reading> {
  const askedAt = performance.now();
  const [row] = await pool.query<{ now: number }>(READ, []);
  const answeredAt = performance.now();
  if (row === undefined) throw new Error('Postgres did not tell the time');
  return { askedAt, answeredAt, now: row.now };
}
