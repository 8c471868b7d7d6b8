import { setTimeout as sleep } from 'node:timers/promises';
import { type FaultService, createFaultService } from '../../../support/fault-service.ts';
import { freePort } from '../../../support/redress.ts';
import { checkOut, earlierReleases } from '../releases.ts';
import { CannotRun, type Ground, type Row } from '../row.ts';

const RETRIES = "select count(*)::int as count from redress.event_stream where request_id like 'redress:retry:%'";
const MIGRATIONS = 'select count(*)::int as count from redress.migration';

/**
 * Fewest milliseconds for which earlier workers are alone: what was in the hands of today's is given to others after 10 s, and
 * they are to go on with histories that they have not begun.
 */
const ALONE = 15_000;

/** A rolling upgrade over migrations, in which every process of one release works beside every one of another. */
export function earlierReleaseRow(): Row {
  let titles = '';
  let newestMain = '';
  return {
    name: 'earlier-release',
    fault: 'upgrade from two earlier commits, process by process, that of the worker taken back once',
    async openRelease(file) {
      const releases = await earlierReleases();
      const [newest] = releases;
      const oldest = releases.at(-1);
      if (newest === undefined || oldest === undefined) {
        throw new CannotRun(
          'no earlier commit with other workflow code and a schema to go on from is at hand, as in a shallow clone',
        );
      }
      titles = `${oldest.title} and ${newest.title}`;
      newestMain = await checkOut(newest, file(`release-${newest.commit}`));
      return oldest === newest ? newestMain : checkOut(oldest, file(`release-${oldest.commit}`));
    },
    async strike(ground) {
      const { api, worker, scale } = ground;
      const part = scale.outage / 3;
      const migrated = await count(ground, MIGRATIONS);
      // Each migrates under those before it; none of them could be started behind its successor.
      const newest = await startWorker(ground, newestMain);
      const today = await startWorker(ground);
      const migrations = (await count(ground, MIGRATIONS)) - migrated;
      await sleep(part);

      await Promise.all([today.kill(), api.kill()]);
      api.start();
      const before = await count(ground, RETRIES);
      await sleep(Math.max(part, ALONE));
      const prepared = (await count(ground, RETRIES)) - before;

      today.start();
      await sleep(part);
      await Promise.all([newest.kill(), worker.kill()]);
      worker.start();
      const ends = [newest, today].flatMap((service) =>
        service.errors().filter((error) => error.includes('by itself')),
      );
      if (ends.length > 0) throw new Error(`another worker failed: ${ends.join('\n')}`);
      const text = `${migrations} migrations under ${titles}, whose workers alone prepared ${prepared} retries`;
      return { sign: { text, isSeen: prepared > 0 } };
    },
  };
}

async function count(ground: Ground, sql: string): Promise<number> {
  const [row] = await ground.query<{ count: number }>(sql);
  return row?.count ?? 0;
}

/** One more worker, of another release where its `main` is given. */
async function startWorker(ground: Ground, main?: string): Promise<FaultService> {
  const port = String(await freePort());
  const service = await createFaultService({
    ...ground.env.worker,
    PORT: port,
    ADVERTISED_URL: `http://127.0.0.1:${port}`,
  });
  ground.atEnd(() => service.kill());
  service.start(main);
  if (!(await service.working())) throw new Error(`another worker does not start: ${service.errors().join('\n')}`);
  return service;
}
