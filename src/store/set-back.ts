import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import { rebaseAfterSetBack } from './cluster.ts';
import { StoreUnavailable } from './errors.ts';
import type { Pool, Statement } from './pools.ts';

/** Milliseconds between two looks. */
const INTERVAL = 1_000;

const LOOK: Statement = {
  name: 'set-back.look',
  text: `select feed.era, coalesce((select epoch from redress.temporal), 0) as epoch,
  pg_postmaster_start_time()::text as started, clock_timestamp()::text as at,
  newest.aggregate_id as id, newest.version, newest.command_id
from redress.feed left join lateral (
  select aggregate_id, version, command_id from redress.event_stream
  order by era desc, transaction_id desc, position desc limit 1
) newest on true`,
};

const IS_STORED: Statement = {
  name: 'set-back.is-stored',
  text: 'select 1 from redress.event_stream where aggregate_id = $1 and version = $2 and command_id = $3',
};

/** What was there at a look. */
interface Seen {
  readonly era: number;
  readonly epoch: number;
  /** When this Postgres was started, and when it was looked at, both by its clock. */
  readonly started: string;
  readonly at: string;
  /** The newest event; null: there is none. */
  readonly id: string | null;
  readonly version: number | null;
  readonly command_id: string | null;
}

/**
 * Notices that Postgres was set back under this process: restored in place from an older backup, or failed over to a copy
 * that lacks the newest event of the last look. The ids of the lost transactions are given out again then, so that readers
 * of the feed would pass over new events, and workflows know of versions that do not exist. So the feed goes on in a new
 * era and every open record is looked after anew, of which `onSetBack` is told in each process. Not noticed is the loss of
 * nothing but what was committed after the last look, as a failover to a copy that is less than a second behind may cause.
 */
export function watchForSetBack(pool: Pool, log: Logger, onSetBack: () => void): { stop(): Promise<void> } {
  const stopping = new AbortController();
  let known: Seen | null = null;

  const look = async (): Promise<void> => {
    let seen = await read(pool);
    if (known !== null && seen.era <= known.era && (await isSetBack(pool, known, seen))) {
      log.error({ until: known.at }, 'Postgres was set back, and what was written last is lost: beginning a new era');
      const era = await rebaseAfterSetBack(pool, { era: seen.era, above: known, since: known.at });
      if (era !== null) log.warn({ era }, 'the new era has begun: looking after every open record anew');
      seen = await read(pool);
    }
    const isOther = known !== null && known.era !== seen.era;
    known = seen;
    if (isOther) onSetBack();
  };

  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      try {
        await look();
      } catch (error) {
        if (error instanceof StoreUnavailable) log.debug({ reason: error.message }, 'Postgres cannot be looked at');
        else log.error({ err: error }, 'cannot tell whether Postgres was set back: trying again');
      }
      await delay(INTERVAL, undefined, { signal: stopping.signal, ref: false }).catch(() => undefined);
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

async function read(pool: Pool): Promise<Seen> {
  const [seen] = await pool.query<Seen & object>(LOOK, []);
  if (seen === undefined) throw new Error('the row of redress.feed is missing');
  return seen;
}

/**
 * Only a server that was started meanwhile, or is another one, can have lost something; retention takes events too. That
 * ids of transactions are given again is no sign: after every crash those are that came to nothing, and no place in the
 * feed is one of them. A crash from which Postgres recovers never counts, for a committed event that was seen is kept.
 */
async function isSetBack(pool: Pool, known: Seen, seen: Seen): Promise<boolean> {
  if (seen.started === known.started) return false;
  if (known.id === null) return false;
  return (await pool.query(IS_STORED, [known.id, known.version, known.command_id])).length === 0;
}
