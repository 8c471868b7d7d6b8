import { RECOVERABLE_TYPES, TENANT_ID } from '../domain/index.ts';
import type { ExecutionFailedStatus } from '../domain/index.ts';

/** What SQL can say about a path without looking into the document: it holds one value of a known type, never null. */
export type Column =
  /** One of few words, of an enum of the database that sorts as text does. */
  | { readonly type: 'word'; readonly sql: string; readonly sqlType: string; readonly words: readonly string[] }
  | { readonly type: 'boolean'; readonly sql: string }
  | { readonly type: 'text'; readonly sql: string }
  /** Within the integers that a double holds exactly. */
  | { readonly type: 'integer'; readonly sql: string };

/** Columns by the path that they stand for. */
export type Columns = ReadonlyMap<string, Column>;

const STATUSES: readonly ExecutionFailedStatus[] = ['FAILED', 'PREPARED', 'SUCCEEDED'];

const word = (sql: string, sqlType: string, words: readonly string[]): Column => ({
  type: 'word',
  sql,
  sqlType,
  words,
});
const boolean = (sql: string): Column => ({ type: 'boolean', sql });
const text = (sql: string): Column => ({ type: 'text', sql });
const integer = (sql: string): Column => ({ type: 'integer', sql });
const integerAt = (path: string): Column => integer(`(document #>> '{${path}}')::bigint`);
const textAt = (path: string): Column => text(`(document #>> '{${path}}')`);

/** The keys of every row, whatever else its document holds. */
export const KEY_COLUMNS: Columns = new Map([
  ['aggregateId', text('aggregate_id')],
  ['version', integer('version')],
]);

/**
 * What a snapshot holds whose column `regular` is true: the list is what redress.is_regular() of the migration checks,
 * and has the paths by which dashboards filter and sort (query contract 10).
 */
const REGULAR_COLUMNS: Columns = new Map([
  ...KEY_COLUMNS,
  ['tenantId', word(`'${TENANT_ID}'`, 'text', [TENANT_ID])],
  ['ownerId', textAt('ownerId')],
  ['spaceId', textAt('spaceId')],
  ['deleted', boolean('deleted')],
  ['state.status', word('status', 'redress.execution_status', STATUSES)],
  ['state.recoverable', word('recoverable', 'redress.recoverable_type', RECOVERABLE_TYPES)],
  ['state.isRetryable', boolean('is_retryable')],
  ['state.isBelowRetryThreshold', boolean('is_below_retry_threshold')],
  ['state.executeAt', integerAt('state,executeAt')],
  ['state.retryState.retries', integerAt('state,retryState,retries')],
  ['state.retryState.retryAt', integerAt('state,retryState,retryAt')],
  ['state.retryState.timeoutAt', integer('timeout_at')],
  ['state.retryState.nextRetryAt', integer('next_retry_at')],
  ['state.eventId.id', text('event_id')],
  ['state.eventId.version', integerAt('state,eventId,version')],
  ['state.eventId.aggregateId.aggregateId', text('event_aggregate_id')],
  ['state.eventId.aggregateId.contextName', text('event_context_name')],
  ['state.eventId.aggregateId.aggregateName', text('event_aggregate_name')],
  ['state.function.contextName', text('function_context_name')],
  ['state.function.processorName', text('processor_name')],
] as const);

/** A part of a table which is searched by a statement of its own. */
export interface Branch {
  /** What its rows have in common, as SQL. */
  readonly rows: string;
  readonly columns: Columns;
}

/** All rows of the event streams. */
export const EVENT_BRANCHES: readonly Branch[] = [{ rows: 'true', columns: KEY_COLUMNS }];

/**
 * The regular snapshots, once per status, since an index that starts with the status keeps their order; and the rest,
 * of which there is none unless somebody writes documents by hand.
 */
export const SNAPSHOT_BRANCHES: readonly Branch[] = [
  ...STATUSES.map((status) => ({
    rows: `regular and status = '${status}'`,
    columns: new Map([...REGULAR_COLUMNS, ['state.status', word(`'${status}'`, 'redress.execution_status', [status])]]),
  })),
  { rows: 'not regular', columns: KEY_COLUMNS },
];
