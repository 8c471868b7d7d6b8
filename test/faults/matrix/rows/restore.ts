import { execFile } from 'node:child_process';
import { rename, rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Row } from '../row.ts';

const EVENTS_SINCE = `select document ->> 'id' as id from redress.event_stream
where recorded_at > to_timestamp($1::float8 / 1000)`;
const EVENTS_LEFT = "select from redress.event_stream where document ->> 'id' = any ($1)";

/** Postgres is set back, while everything that depends on it goes on running. */
export const RESTORE_ROW: Row = {
  name: 'postgres-restored',
  fault: 'Postgres restored in place from an older backup, under a running product and a running Temporal',
  async strike(ground) {
    const { postgres, scale } = ground;
    const [setting] = await ground.query<{ folder: string }>(`select current_setting('data_directory') as folder`);
    const folder = setting?.folder ?? '';
    const backup = `${folder}.backup`;
    ground.atEnd(() => rm(backup, { recursive: true, force: true }));

    const since = Date.now();
    await postgres.stop();
    // With the owner, whom Postgres runs as.
    await promisify(execFile)('cp', ['-a', folder, backup]);
    await postgres.start();
    await sleep(scale.outage);

    const events = await ground.query<{ id: string }>(EVENTS_SINCE, [since]);
    await postgres.kill();
    await rm(folder, { recursive: true });
    await rename(backup, folder);
    await postgres.start();
    const until = Date.now();
    const left = await ground.query(EVENTS_LEFT, [events.map(({ id }) => id)]);
    const text = `${events.length - left.length} of ${events.length} new events gone`;
    return { losses: { postgres: { since, until } }, sign: { text, isSeen: left.length < events.length } };
  },
};
