import type { Logger } from 'pino';
import { AGGREGATE_NAME, CONTEXT_NAME, TENANT_ID } from '../domain/index.ts';
import { type Pool, StoreUnavailable, findIdsAfter } from '../store/index.ts';

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

/**
 * Does `task` for at most `limit` records after `afterId`, one by one, in the order of their ids, until one fails or the
 * caller is gone.
 * @throws StoreUnavailable
 */
export async function runBatch(
  { pool, log }: { pool: Pool; log: Logger },
  { afterId, limit, cancelled }: { afterId: string; limit: number; cancelled: AbortSignal },
  task: (id: string) => Promise<unknown>,
): Promise<BatchResult> {
  let last = afterId;
  let size = 0;
  const isOver = (): boolean => size >= limit || cancelled.aborted;
  while (!isOver()) {
    const wanted = Math.min(limit - size, PAGE);
    const ids = await findIdsAfter(pool, last === START ? '' : last, wanted);
    for (const id of ids) {
      if (isOver()) break;
      try {
        await task(id);
      } catch (error) {
        if (error instanceof StoreUnavailable) throw error;
        log.error({ err: error, id }, 'a batch stopped at this record');
        return { afterId: last, size, errorCode: 'BatchTaskError', errorMsg: taskError(id), succeeded: false };
      }
      last = id;
      size += 1;
    }
    if (ids.length < wanted) break;
  }
  return { afterId: last, size, errorCode: 'Ok', errorMsg: '', succeeded: true };
}

const taskError = (id: string): string =>
  `Task[AggregateId(contextName=${CONTEXT_NAME}, aggregateName=${AGGREGATE_NAME}, tenantId=${TENANT_ID}, id=${id})] execution failed.`;
