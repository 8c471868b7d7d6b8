import type { EventStream } from '../domain/index.ts';
import { StoreConflict, StoreRefused, isDeadlock } from './errors.ts';
import type { Pool, Statement } from './pools.ts';
import { type StoredRecord, createRecord } from './records.ts';

/** Groups on their way at a time: while some wait for their commits, the next ones gather. */
const MAX_GROUPS = 4;
const MAX_GROUP = 32;
/** Characters of JSON in one group: stack traces are large, and a statement has two seconds. */
const MAX_GROUP_SIZE = 512 * 1024;

const CREATE_ALL: Statement = {
  name: 'record.create-all',
  text: `with stream as (insert into redress.event_stream (document) select value from jsonb_array_elements($1))
insert into redress.snapshot (document, deadline, not_before, engaged)
select * from jsonb_to_recordset($2) as record (document jsonb, deadline bigint, not_before bigint, engaged int)`,
};

/** Stores the first version of a record. @throws as {@link Pool.query}, StoreConflict where one of its ids is taken */
export type CreateRecord = (stream: EventStream, record: StoredRecord) => Promise<void>;

interface Create {
  readonly stream: EventStream;
  readonly record: StoredRecord;
  /** What becomes a row of each table, as JSON. */
  readonly rows: readonly [stream: string, record: string];
  readonly done: PromiseWithResolvers<undefined>;
}

/**
 * Stores creates that come at the same time in one statement: round trip and commit are most of what one of them costs.
 * Each has an outcome of its own all the same. One that comes alone does not wait for others.
 */
export function groupCreates(pool: Pool): CreateRecord {
  const waiting: Create[] = [];
  let running = 0;
  const next = (): void => {
    while (running < MAX_GROUPS && waiting.length > 0) {
      running += 1;
      void storeGroup(pool, takeGroup(waiting)).finally(() => {
        running -= 1;
        next();
      });
    }
  };
  return (stream, record) => {
    const { snapshot: document, deadline, notBefore: not_before, engaged } = record;
    const rows = [JSON.stringify(stream), JSON.stringify({ document, deadline, not_before, engaged })] as const;
    const done = Promise.withResolvers<undefined>();
    waiting.push({ stream, record, rows, done });
    next();
    return done.promise;
  };
}

function takeGroup(waiting: Create[]): Create[] {
  let size = 0;
  let count = 0;
  for (const { rows } of waiting.slice(0, MAX_GROUP)) {
    size += rows[0].length + rows[1].length;
    if (count > 0 && size > MAX_GROUP_SIZE) break;
    count += 1;
  }
  return waiting.splice(0, count);
}

/** Never rejects: whoever waits is told. */
async function storeGroup(pool: Pool, group: readonly Create[]): Promise<void> {
  try {
    const all = (index: 0 | 1): string => `[${group.map(({ rows }) => rows[index]).join()}]`;
    await pool.query(CREATE_ALL, [all(0), all(1)]);
    for (const { done } of group) done.resolve(undefined);
  } catch (error) {
    const isOfOne = error instanceof StoreConflict || error instanceof StoreRefused || isDeadlock(error);
    if (isOfOne && group.length > 1) await Promise.all(group.map((create) => storeAlone(pool, create)));
    else for (const { done } of group) done.reject(error);
  }
}

async function storeAlone(pool: Pool, { stream, record, done }: Create): Promise<void> {
  try {
    await createRecord(pool, stream, record);
    done.resolve(undefined);
  } catch (error) {
    done.reject(error);
  }
}
