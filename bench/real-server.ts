import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { say } from '../local/log.ts';
import { ROOT } from '../local/settings.ts';
import { type TemporalServer, startTemporalServer } from '../local/temporal-server.ts';
import { openTestFolder } from '../local/test-folder.ts';

/** Not where the other servers of the run are: a run has one folder in each place. */
const FOLDERS = join(ROOT, '.data', 'bench-temporal');

/**
 * Runs `work` with a Temporal server on a Postgres of its own, as `docker-compose.yml` has it, in place of the development
 * server. It is built once, which takes some minutes.
 */
export async function withRealServer<Result>(work: (server: TemporalServer) => Promise<Result>): Promise<Result> {
  const folder = await openTestFolder(FOLDERS, say);
  const never = new AbortController().signal;
  try {
    const options = { folder, say, env: process.env, durable: true, stopping: never, hurry: never };
    const server = await startTemporalServer(options);
    try {
      return await work(server);
    } finally {
      await server.stop();
    }
  } finally {
    folder.close();
    rmSync(folder.path, { recursive: true, force: true });
  }
}
