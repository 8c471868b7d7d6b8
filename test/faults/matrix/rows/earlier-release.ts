import { rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { createFaultService } from '../../../support/fault-service.ts';
import { freePort } from '../../../support/redress.ts';
import { type Release, checkOut, earlierReleases } from '../releases.ts';
import { CannotRun, type Ground, type Row } from '../row.ts';

const RETRIES = "select count(*)::int as count from redress.event_stream where request_id like 'redress:retry:%'";

/** A rolling upgrade, and an upgrade that is taken back: workers of two commits on the same task queues. */
export const EARLIER_RELEASE_ROW: Row = {
  name: 'earlier-release',
  fault: 'workers of earlier commits beside the new one, which is killed and started again meanwhile',
  async strike(ground) {
    const releases = await earlierReleases();
    const [newest] = releases;
    const oldest = releases.at(-1);
    if (newest === undefined || oldest === undefined) {
      throw new CannotRun('no earlier commit with the schema of today is at hand');
    }
    const workers = await Promise.all([newest, oldest].map((release) => startWorker(ground, release)));
    await sleep(ground.scale.outage / 2);
    await ground.worker.kill();
    const before = await countRetries(ground);
    await sleep(ground.scale.outage / 2);
    const prepared = (await countRetries(ground)) - before;
    ground.worker.start();
    await ground.worker.working();
    await Promise.all(workers.map((worker) => worker.kill()));
    return { sign: { text: `${prepared} retries prepared by earlier workers alone`, isSeen: prepared > 0 } };
  },
};

async function countRetries(ground: Ground): Promise<number> {
  const [row] = await ground.query<{ count: number }>(RETRIES);
  return row?.count ?? 0;
}

async function startWorker(ground: Ground, release: Release) {
  const folder = ground.file(`release-${release.commit}`);
  ground.atEnd(() => rm(folder, { recursive: true, force: true }));
  const main = await checkOut(release, folder);
  const port = String(await freePort());
  const own = { PORT: port, ADVERTISED_URL: `http://127.0.0.1:${port}` };
  const worker = await createFaultService({ ...ground.env.worker, ...own }, main);
  ground.atEnd(() => worker.kill());
  worker.start();
  if (!(await worker.working())) throw new Error(`${release.title} does not start: ${worker.errors().join('\n')}`);
  return worker;
}
