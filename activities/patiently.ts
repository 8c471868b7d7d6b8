import { ApplicationFailure, Context } from '@temporalio/activity';
import { StoreUnavailable } from '../src/command-handler/index.ts';

/** Milliseconds between two tries, on average: so late is what waits for Postgres once it is back. */
const PAUSE = 1_000;
/** Milliseconds after which no further try is begun, since the activity has a time limit of its own. */
const PATIENCE = 12_000;

/**
 * Does `work` as soon as Postgres answers. Temporal's own pauses between tries double up to half a minute, by which every
 * retry that fell due during an outage would be late. A local activity does not wait, since its workflow task would.
 * @throws what `work` throws; after a while also because of Postgres, to be tried again at once
 */
export async function patiently<Result>(work: () => Promise<Result>): Promise<Result> {
  const context = Context.current();
  const until = performance.now() + PATIENCE;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (context.info.isLocal || !(error instanceof StoreUnavailable)) throw error;
      if (performance.now() > until) {
        throw ApplicationFailure.create({ message: error.message, cause: error, nextRetryDelay: PAUSE });
      }
    }
    // Not all at the same time.
    await context.sleep(PAUSE * (0.5 + Math.random()));
  }
}
