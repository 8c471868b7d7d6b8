import { setTimeout as sleep } from 'node:timers/promises';
import type { LoadGenerator } from './load-generator.ts';
import { type Servers, queryOnce } from './servers.ts';
import type { Side } from './sides.ts';

/** More than the worker's cache of 250 holds: when they take commands in turn, each is replayed first, as in production. */
const ENGAGED = 300;
/** Callers whose creates go through their workflows under `auto` as well. */
const FEW = 4;
/** Seconds for which their workflows are waited for. */
const PATIENCE = 60;
const LOOK_INTERVAL = 1_000;
const SAY_INTERVAL = 10_000;
const PARKED = 24 * 3_600_000;

/** A create of a record that is not due during the run. */
export const parked = () => ({ name: 'create', due: { first: Date.now() + PARKED, interval: 0 } }) as const;

/** Makes records that commands can be sent to, and returns their ids once they have their workflows. */
export async function parkEngaged(servers: Servers, load: LoadGenerator, side: Side): Promise<readonly string[]> {
  const { ids } = await load.run({ url: side.url, callers: FEW, until: { commands: ENGAGED }, command: parked() });
  await untilEngaged(servers, side, PATIENCE);
  return ids;
}

/** Open records whose workflow was never started. */
async function countUnengaged({ databaseUrl }: Side): Promise<number> {
  const [row] = await queryOnce<{ count: number }>(
    databaseUrl,
    'select count(*)::int as count from redress.snapshot where open and engaged = 0',
  );
  return row?.count ?? 0;
}

/** How a wait for workflows ended. */
export interface Engagement {
  /** Open records that had none at first, and those that have none yet. */
  readonly records: number;
  readonly left: number;
  /** Seconds of the wait. */
  readonly seconds: number;
}

/** Waits until every open record has its workflow, or so many seconds, and says how far that is. */
export async function untilEngaged({ say, stopping }: Servers, side: Side, patience: number): Promise<Engagement> {
  const startedAt = performance.now();
  const records = await countUnengaged(side);
  let saidAt = startedAt;
  for (let left = records; ; left = await countUnengaged(side)) {
    const now = performance.now();
    const seconds = (now - startedAt) / 1_000;
    if (left === 0 || seconds >= patience) return { records, left, seconds };
    if (now > saidAt + SAY_INTERVAL) {
      say(`${left} of ${records} records wait for their workflows.`);
      saidAt = now;
    }
    await sleep(LOOK_INTERVAL, undefined, { signal: stopping });
  }
}
