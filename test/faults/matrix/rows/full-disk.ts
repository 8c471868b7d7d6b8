import { execFile } from 'node:child_process';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { openDataFolder } from '../../../../local/data-folder.ts';
import { startPostgres } from '../../../../local/postgres.ts';
import { eventually } from '../../../support/eventually.ts';
import { queryOnce } from '../../../support/fault-servers.ts';
import { seconds } from '../report.ts';
import { CannotRun, type OwnPostgres, type Row, type Sign } from '../row.ts';

const run = promisify(execFile);

const DISK_SIZE = '256m';
/** Bytes that are written at a time, from coarse to fine, until no more of them fit. */
const PIECES = [1024 * 1024, 4 * 1024];
/** Milliseconds between two looks for room that Postgres has made, as where it gives an old log up. */
const REFILL = 200;
/** Milliseconds until Postgres serves again once there is room. */
const SERVING = 60_000;
/** More than may have been set aside for it. */
const WRITE = 'create table ballast as select generate_series(1, 1000000)';
const RECORDED = `select (extract(epoch from recorded_at) * 1000)::float8 as at from redress.event_stream
where recorded_at between to_timestamp($1::float8 / 1000) and to_timestamp($2::float8 / 1000) order by recorded_at`;

/** Postgres on a disk of its own, which somebody else fills. */
export function fullDiskRow(): Row {
  let disk = '';
  return {
    name: 'postgres-disk-full',
    fault: 'the disk of Postgres full',
    async openPostgres() {
      disk = await mountDisk();
      return openOnDisk(disk);
    },
    async strike(ground) {
      const { postgres, database, scale } = ground;
      const ballast = join(disk, 'ballast');
      const from = Date.now();
      await fill(ballast);
      const write = await tryToWrite(postgres.url(database));
      while (Date.now() < from + scale.outage) {
        await sleep(REFILL);
        await fill(ballast);
      }
      const until = Date.now();
      await rm(ballast);
      // It may have given up meanwhile, and pauses before it is started again.
      await postgres.start();
      await eventually(() => queryOnce(postgres.url('postgres'), 'select'), SERVING);
      const recorded = await ground.query<{ at: number }>(RECORDED, [from, until]);
      const silence = longestPause([from, ...recorded.map(({ at }) => at), until]);
      const text = `${write.text}, and the product recorded nothing for ${seconds(silence)} of ${seconds(until - from)}`;
      return { sign: { text, isSeen: write.isSeen && silence > scale.outage / 2 } };
    },
  };
}

/** A small file system in memory; returns its path. @throws CannotRun */
async function mountDisk(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'redress-disk-'));
  try {
    await run('mount', ['-t', 'tmpfs', '-o', `size=${DISK_SIZE},mode=755`, 'tmpfs', path]);
    return path;
  } catch (error) {
    await rm(path, { recursive: true });
    const reason = error instanceof Error ? error.message : String(error);
    throw new CannotRun(`a small disk cannot be mounted here (${reason.trim().split('\n').at(-1) ?? ''})`);
  }
}

async function openOnDisk(disk: string): Promise<OwnPostgres> {
  const ignore = (): void => undefined;
  const never = new AbortController().signal;
  const folder = await openDataFolder(join(disk, 'data'), ignore);
  const env = {};
  const postgres = await startPostgres({ folder, say: ignore, env, durable: true, stopping: never, hurry: never });
  return {
    postgres,
    async remove() {
      await postgres.stop();
      folder.close();
      await run('umount', [disk]);
      await rm(disk, { recursive: true });
    },
  };
}

/** Postgres refuses to write, or gives up over it. */
async function tryToWrite(url: string): Promise<Sign> {
  try {
    await queryOnce(url, WRITE);
    return { text: 'Postgres could write', isSeen: false };
  } catch (error) {
    return {
      text: `Postgres could not write (${error instanceof Error ? error.message : String(error)})`,
      isSeen: true,
    };
  }
}

const longestPause = (times: readonly number[]): number =>
  Math.max(...times.map((at, index) => at - (times[index - 1] ?? at)));

/** Writes on at a file until the disk has no room left for one byte more. */
async function fill(path: string): Promise<void> {
  const file = await open(path, 'a');
  try {
    for (const size of PIECES) {
      const piece = Buffer.alloc(size);
      try {
        for (;;) await file.write(piece);
      } catch (error) {
        if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error;
      }
    }
  } finally {
    await file.close();
  }
}
