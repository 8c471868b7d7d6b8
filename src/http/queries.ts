import {
  type JsonObject,
  type QueryContext,
  type RowsQuery,
  type Sql,
  countQuery,
  listQuery,
  pagedQuery,
  singleQuery,
} from '../query/index.ts';
import type { Pools } from '../store/index.ts';
import type { List } from './list.ts';
import { createSharedCounts } from './shared-counts.ts';

/** What a query is about and on whose behalf it is asked (query contract 3.1). */
export type QueryScope = Pick<QueryContext, 'subject' | 'result' | 'ownerId' | 'spaceId'>;

/**
 * The queries of the contract, each with the body of its request.
 * @throws QueryRefused for a body that is no such query; and what the store throws: StoreTimeout, StoreUnavailable, StoreRefused
 */
export interface Queries {
  count(body: unknown, scope: QueryScope): Promise<number>;
  /** Null: nothing fits. */
  single(body: unknown, scope: QueryScope): Promise<JsonObject | null>;
  /** Nothing is read before the first batch is asked for. Long lists also throw StoreBusy. */
  list(body: unknown, scope: QueryScope): AsyncGenerator<JsonObject[], void>;
  /** Long pages also throw StoreBusy, once they are read. */
  paged(body: unknown, scope: QueryScope): Promise<List>;
}

/** What the answer to a query depends on beside its request. */
export interface QuerySettings {
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Time zone of date operators that name none. */
  readonly zone: string;
  /** Whether the limits of 8.10.10 hold (query contract 9). */
  readonly guard: boolean;
}

/** Above so many rows a list is read through a cursor: one record may have 100 KB. */
const MAX_ROWS_AT_ONCE = 100;

/** Queries over the pool for queries, long ones over the streams. */
export function createQueries(
  { queries, streams }: Pick<Pools, 'queries' | 'streams'>,
  settings: QuerySettings,
): Queries {
  const context = (scope: QueryScope): QueryContext => ({
    ...scope,
    now: settings.now(),
    zone: settings.zone,
    guard: settings.guard,
  });
  // What callers ask is of endless variety: prepared under a name, it would fill every connection.
  const run = <Row extends object>({ text, values }: Sql): Promise<Row[]> =>
    queries.query<Row>({ name: '', text }, values);
  const count = createSharedCounts(async (sql) => Number((await run<{ total: string }>(sql))[0]?.total ?? 0));

  async function* read({ rows, project, limit }: RowsQuery): AsyncGenerator<JsonObject[], void> {
    if (limit !== null && limit <= MAX_ROWS_AT_ONCE) {
      yield (await run<DocumentRow>(rows)).map(({ document }) => project(document));
      return;
    }
    for await (const batch of streams.read<DocumentRow>(rows.text, rows.values)) {
      yield batch.map(({ document }) => project(document));
    }
  }

  return {
    count: async (body, scope) => count(countQuery(body, context(scope))),
    async single(body, scope) {
      const { rows, project } = singleQuery(body, context(scope));
      const [row] = await run<DocumentRow>(rows);
      return row === undefined ? null : project(row.document);
    },
    async *list(body, scope) {
      yield* read(listQuery(body, context(scope)));
    },
    async paged(body, scope) {
      const query = pagedQuery(body, context(scope));
      return { total: await count(query.total), batches: read(query) };
    },
  };
}

interface DocumentRow {
  document: JsonObject;
}
