import { setTimeout as sleep } from 'node:timers/promises';
import { type Block, cpuPer, readCpu } from './block.ts';
import type { LoadGenerator } from './load-generator.ts';
import { type Servers, queryOnce } from './servers.ts';
import type { Side } from './sides.ts';
import { ascending } from './statistics.ts';

const CALLERS = 16;
/** Milliseconds: long after every run. */
const FAR_AHEAD = 365 * 24 * 3_600_000;
/** Creates of a side until its code is compiled. */
const WARM_UP = 300;
/** What was created last is still in the worker's cache, as no parked record is in production. Others are put behind it. */
const CACHED = 250;
/** What is created takes so many times as long as it took last at most, and so many milliseconds more. */
const SLACK = 1.3;
const MARGIN = 2_000;
/** How often it may take longer all the same. */
const ATTEMPTS = 4;
const LOOK_INTERVAL = 250;
/** Milliseconds after the last deadline until a retry counts as lost. */
const LOST_AFTER = 60_000;
/** Milliseconds after the last version in which the servers finish what follows from it. */
const SETTLE = 500;

/** When a record came to a version, and when it was to be prepared. */
const REACHED = `select reached.aggregate_id as id, extract(epoch from reached.recorded_at)::float8 * 1000 as at,
  (created.document #>> '{body,0,body,retryState,nextRetryAt}')::float8 as due
from redress.event_stream reached join redress.event_stream created using (aggregate_id)
where reached.version = $2 and created.version = 1 and aggregate_id = any($1)
order by reached.recorded_at`;

/** Records of one side that fall due: the first one at `first` (epoch milliseconds), every other one `interval` later. */
export interface Series {
  readonly ids: readonly string[];
  readonly first: number;
  readonly interval: number;
}

type Due = Pick<Series, 'first' | 'interval'>;

async function create(load: LoadGenerator, { url }: Side, count: number, due: Due): Promise<readonly string[]> {
  const command = { name: 'create', due } as const;
  return (await load.run({ url, callers: CALLERS, until: { commands: count }, command })).ids;
}

/** Creates records that are not due before a year is over. */
export async function armFarAhead(load: LoadGenerator, side: Side, count: number): Promise<void> {
  await create(load, side, count, { first: Date.now() + FAR_AHEAD, interval: 0 });
}

/** Creates series of records which are not in the worker's cache any more when they fall due. */
export interface Arming {
  /** @throws Error where the machine is too slow again and again */
  arm(side: Side, count: number, interval: number): Promise<Series>;
}

export function createArming({ say }: Servers, load: LoadGenerator): Arming {
  /** Milliseconds that a create took lately. */
  const perCreate = new Map<Side['name'], number>();
  const tryOnce = async (side: Side, count: number, interval: number, slack: number): Promise<Series> => {
    const startedAt = performance.now();
    const first = Date.now() + (count + CACHED) * (perCreate.get(side.name) ?? 0) * slack + MARGIN;
    const ids = await create(load, side, count, { first, interval });
    await armFarAhead(load, side, CACHED);
    perCreate.set(side.name, (performance.now() - startedAt) / (count + CACHED));
    return { ids, first, interval };
  };
  return {
    async arm(side, count, interval) {
      if (!perCreate.has(side.name)) {
        await armFarAhead(load, side, WARM_UP);
        await tryOnce(side, 1, 0, SLACK);
      }
      for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
        const series = await tryOnce(side, count, interval, attempt * SLACK);
        if (Date.now() < series.first) return series;
        say('The machine became slower, and records were due before all were created. Once more …');
      }
      throw new Error('The machine becomes slower and slower. Run it again when less else is at work.');
    },
  };
}

/** A record that has come to a version. Times are epoch milliseconds. */
export interface Reached {
  readonly id: string;
  readonly at: number;
  readonly due: number;
}

/** What became of a series: a block whose commands are retries and whose latencies are how late they were. */
export interface Drain extends Block {
  /** In the order in which they came to the version. */
  readonly reached: readonly Reached[];
  readonly missing: number;
}

/** The records of a series that have come to `version`, in that order. */
export async function readReached(
  { databaseUrl }: Side,
  { ids }: Pick<Series, 'ids'>,
  version: number,
): Promise<Reached[]> {
  return await queryOnce<Reached & object>(databaseUrl, REACHED, [ids, version]);
}

/**
 * Waits until a series has fallen due and its records have come to `version`. Retries per second are those from the first
 * deadline to the last record.
 */
export async function drain(servers: Servers, side: Side, series: Series, version: number): Promise<Drain> {
  const { stopping } = servers;
  const { ids, first, interval } = series;
  const last = first + ids.length * interval;
  await sleep(Math.max(0, first - Date.now() - LOOK_INTERVAL), undefined, { signal: stopping });
  const before = readCpu(servers, side);
  let reached: Reached[];
  do {
    await sleep(Math.max(LOOK_INTERVAL, last - Date.now()), undefined, { signal: stopping });
    reached = await readReached(side, series, version);
  } while (reached.length < ids.length && Date.now() < last + LOST_AFTER);
  await sleep(SETTLE);
  return {
    side: side.name,
    commands: reached.length,
    perSecond: (reached.length * 1_000) / ((reached.at(-1)?.at ?? Number.NaN) - first),
    latencies: ascending(reached.map(({ at, due }) => at - due)),
    cpu: cpuPer(reached.length, before, readCpu(servers, side)),
    ids,
    reached,
    missing: ids.length - reached.length,
  };
}
