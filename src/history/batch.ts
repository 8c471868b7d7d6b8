import type { Logger } from 'pino';
import { AGGREGATE_NAME, CONTEXT_NAME, TENANT_ID } from '../domain/index.ts';
import { type Pool, StoreUnavailable, findIdsAfter } from '../store/index.ts';
import { BatchInterrupted } from './batch-interrupted.ts';

/** What came of one batch (contract 8.3). */
export interface BatchResult {
  /** The largest id that was processed, or the one that was given: where the next batch goes on. */
  readonly afterId: string;
  readonly size: number;
  readonly errorCode: 'BatchTaskError' | 'Ok';
  readonly errorMsg: string;
  readonly succeeded: boolean;
}

/** The cursor before the first id. */
const START = '(0)';
/** Ids that are looked up at once. */
const PAGE = 1_000;

/** Which records a batch takes. */
export interface BatchRange {
  readonly afterId: string;
  readonly limit: number;
  readonly cancelled: AbortSignal;
}

/**
 * Does `task` for at most `limit` records after `afterId`, one by one, in the order of their ids, until one fails or the
 * caller is gone; the task may end with the reason of that.
 * @throws BatchInterrupted where Postgres is not available or takes too long
 */
export async function runBatch(
  { pool, log }: { pool: Pool; log: Logger },
  range: BatchRange,
  task: (id: string) => Promise<unknown>,
): Promise<BatchResult> {
  const done = { afterId: range.afterId, size: 0 };
  let current: string | null = null;
  try {
    for await (const id of idsOf(pool, range)) {
      current = id;
      await task(id);
      done.afterId = id;
      done.size += 1;
      current = null;
    }
  } catch (error) {
    const isCancelled = range.cancelled.aborted && error === range.cancelled.reason;
    if (error instanceof StoreUnavailable) {
      log.warn({ ...done, id: current, reason: error.message }, 'a batch was interrupted');
      throw new BatchInterrupted(done, error);
    }
    if (!isCancelled) {
      if (current === null) throw error;
      log.error({ ...done, id: current, err: error }, 'a batch stopped at this record');
      return { ...done, errorCode: 'BatchTaskError', errorMsg: taskError(current), succeeded: false };
    }
  }
  return { ...done, errorCode: 'Ok', errorMsg: '', succeeded: true };
}

/** The ids of a range, as long as the caller is there. */
async function* idsOf(pool: Pool, { afterId, limit, cancelled }: BatchRange): AsyncGenerator<string> {
  let last = afterId === START ? '' : afterId;
  for (let left = limit; left > 0; left -= PAGE) {
    const wanted = Math.min(left, PAGE);
    const ids = await findIdsAfter(pool, last, wanted);
    for (const id of ids) {
      if (cancelled.aborted) return;
      yield id;
    }
    if (ids.length < wanted) return;
    last = ids.at(-1) ?? last;
  }
}

const taskError = (id: string): string =>
  `Task[AggregateId(contextName=${CONTEXT_NAME}, aggregateName=${AGGREGATE_NAME}, tenantId=${TENANT_ID}, id=${id})] execution failed.`;
