import type { Logger } from 'pino';
import { createPools, migrate, rebaseFeed } from './store/index.ts';

/** The command `feed rebase`: lets the event feed go on in the cluster where the database is now. @throws as `migrate` */
export async function rebase(databaseUrl: string, log: Logger): Promise<void> {
  await migrate(databaseUrl, log);
  const pools = createPools(databaseUrl, log);
  try {
    const era = await rebaseFeed(pools.commands);
    log.info({ era }, 'the event feed goes on in a new era; cursors and checkpoints stay valid');
  } finally {
    await pools.end();
  }
}
