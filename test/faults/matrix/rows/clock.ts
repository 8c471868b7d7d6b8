import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { clockEnv, readClocks, setClocks } from '../jumping-clock.ts';
import type { Ground, Row } from '../row.ts';

const FILE = join(tmpdir(), `redress-fault-clocks-${process.pid}`);
const MINUTES = 60_000;
const ROLES = ['api', 'worker'] as const;
/** Milliseconds by which two times that are the same may differ: that in an event, and that at which Postgres stored it. */
const TOLERANCE = 20_000;

/** What the clocks say one after the other: together, apart, and back. */
const JUMPS = [
  { api: 7 * MINUTES, worker: 7 * MINUTES },
  { api: -4 * MINUTES, worker: 11 * MINUTES },
  { api: 5 * MINUTES, worker: -9 * MINUTES },
];

/** Clocks of the product's machines that are set wrong, those of Postgres and Temporal being right. */
export const CLOCK_ROW: Row = {
  name: 'clocks-jump',
  fault: 'the clocks of API and worker jump forth and back by minutes',
  env: clockEnv(FILE),
  async strike(ground) {
    ground.atEnd(async () => {
      for (const file of [FILE, ...ROLES.map((role) => `${FILE}.${role}`)]) await rm(file, { force: true });
    });
    let followed = 0;
    for (const offsets of JUMPS) {
      setClocks(FILE, offsets);
      await sleep(ground.scale.outage / JUMPS.length);
      const clocks = readClocks(FILE, ROLES);
      followed += ROLES.filter((role) => Math.abs((clocks[role] ?? 0) - offsets[role]) < TOLERANCE).length;
    }
    setClocks(FILE, {});
    await expectRightTimes(ground);
    const all = JUMPS.length * ROLES.length;
    return { sign: { text: `${followed} of ${all} jumps seen by the processes`, isSeen: followed === all } };
  },
};

/** @throws Error about every event whose time is not that of Postgres: by its own times a retry would be due too early, or too late */
async function expectRightTimes(ground: Ground): Promise<void> {
  const wrong = await ground.query<{ id: string; version: number; request: string; by: number }>(
    `select aggregate_id as id, version, request_id as request, by from redress.event_stream,
  lateral (select (document -> 'createTime')::float8 - extract(epoch from recorded_at)::float8 * 1000 as by) clock
where abs(by) > $1`,
    [TOLERANCE],
  );
  if (wrong.length === 0) return;
  const told = wrong.slice(0, 5).map(({ id, version, request, by }) => `${id}/${version} (${request}): ${by} ms`);
  throw new Error(`${wrong.length} events have the time of a wrong clock, e.g. ${told.join(', ')}`);
}
