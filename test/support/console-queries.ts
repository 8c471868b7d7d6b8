import { MANY_RECORDS_NOW, manyRecordsId } from './many-records.ts';

/** A query as a console sends it. */
export interface ConsoleQuery {
  readonly name: string;
  readonly body: Readonly<Record<string, unknown>>;
}

type Condition = Readonly<Record<string, unknown>>;

const field = (operator: string, name: string, value: unknown): Condition => ({ field: name, operator, value });
const and = (...children: readonly Condition[]): Condition => ({ operator: 'AND', children });
const or = (...children: readonly Condition[]): Condition => ({ operator: 'OR', children });

/** The conditions of the tabs of the old console (query contract 10.1), at `now`. */
function oldTabs(now: number): Readonly<Record<string, Condition>> {
  const { ready, due, executing } = parts(now);
  const recoverable = field('NE', 'state.recoverable', 'UNRECOVERABLE');
  const open = field('NE', 'state.status', 'SUCCEEDED');
  return {
    'to retry': and(recoverable, RETRYABLE, ready),
    executing: and(...executing),
    'next retry': and(recoverable, RETRYABLE, due, ready),
    'non retryable': and(recoverable, open, EXHAUSTED),
    succeeded: SUCCEEDED,
    unrecoverable: and(UNRECOVERABLE, open),
    all: { operator: 'ALL' },
  };
}

/** The parts of the conditions of the tabs of the new console, which it joins with AND (query contract 10.2), at `now`. */
function newTabs(now: number): Readonly<Record<string, readonly Condition[]>> {
  const { ready, due, executing } = parts(now);
  const recoverable = field('IN', 'state.recoverable', ['RECOVERABLE', 'UNKNOWN']);
  const open = field('IN', 'state.status', ['FAILED', 'PREPARED']);
  return {
    'to retry': [recoverable, RETRYABLE, ready],
    executing,
    'next retry': [recoverable, RETRYABLE, due, ready],
    'non retryable': [recoverable, open, EXHAUSTED],
    succeeded: [SUCCEEDED],
    unrecoverable: [UNRECOVERABLE, open],
  };
}

const RETRYABLE = field('EQ', 'state.isRetryable', true);
const EXHAUSTED = field('EQ', 'state.isBelowRetryThreshold', false);
const UNRECOVERABLE = field('EQ', 'state.recoverable', 'UNRECOVERABLE');
const SUCCEEDED = field('EQ', 'state.status', 'SUCCEEDED');

function parts(now: number) {
  const timedOut = and(field('EQ', 'state.status', 'PREPARED'), field('LTE', 'state.retryState.timeoutAt', now));
  return {
    ready: or(field('EQ', 'state.status', 'FAILED'), timedOut),
    due: field('LTE', 'state.retryState.nextRetryAt', now),
    executing: [field('EQ', 'state.status', 'PREPARED'), field('GT', 'state.retryState.timeoutAt', now)],
  };
}

/** The search fields of both consoles, each with the value that record `n` has. */
const filters = (n: number): Readonly<Record<string, Condition>> => ({
  id: { operator: 'ID', value: manyRecordsId(n) },
  'event id': field('EQ', 'state.eventId.id', `source-${n}`),
  'aggregate id': field('EQ', 'state.eventId.aggregateId.aggregateId', `order-${Math.floor(n / 2)}`),
  'context of the event': field('EQ', 'state.eventId.aggregateId.contextName', `context-${n % 20}`),
  'aggregate name': field('EQ', 'state.eventId.aggregateId.aggregateName', `aggregate-${n % 100}`),
  'context of the function': field('EQ', 'state.function.contextName', `context-${n % 10}`),
  processor: field('EQ', 'state.function.processorName', `Saga${n % 50}`),
});

const SORT = [{ field: 'aggregateId', direction: 'DESC' }];

/** What the old console sends for the first page of a list. */
const oldPage = (condition: Condition, size: number) => ({
  projection: { include: ['state'], exclude: [] },
  condition: filled(condition),
  sort: SORT,
  pagination: { index: 1, size },
});

/** The old console leaves no member of a condition out. */
function filled(condition: Condition): Condition {
  const { children = [] } = condition as { children?: readonly Condition[] };
  return { field: '', value: '', ...condition, children: children.map(filled) };
}

const newPage = (parts: readonly Condition[], size: number) => ({
  condition: parts.length === 1 ? parts[0] : and(...parts),
  sort: SORT,
  pagination: { index: 1, size },
});

/**
 * The first pages of both consoles' lists, the longest that they offer: every tab, and every tab with every filter, at
 * `now` (epoch milliseconds), with the values that record `n` has.
 */
export const consolePages = (now: number, n: number): readonly ConsoleQuery[] => [
  ...Object.entries(oldTabs(now)).flatMap(([tab, condition]) => [
    { name: `old console, ${tab}`, body: oldPage(condition, 50) },
    ...Object.entries(filters(n)).map(([filter, wanted]) => ({
      name: `old console, ${tab}, by ${filter}`,
      body: oldPage(and(and(wanted), condition), 10),
    })),
  ]),
  ...Object.entries(newTabs(now)).flatMap(([tab, conditions]) => [
    { name: `new console, ${tab}`, body: newPage(conditions, 50) },
    ...Object.entries(filters(n)).map(([filter, wanted]) => ({
      name: `new console, ${tab}, by ${filter}`,
      body: newPage([...conditions, wanted], 10),
    })),
  ]),
];

/** Those of a record that failed. */
export const CONSOLE_PAGES = consolePages(MANY_RECORDS_NOW, 100_102);

/** How the old console asks for the history of a record, with a list query. */
export const oldHistory = (id: string) => ({
  projection: { include: ['id', 'version', 'createTime', 'body.id', 'body.name'], exclude: [] },
  condition: filled(and({ operator: 'AGGREGATE_ID', value: id }, field('LTE', 'version', 666_666_666))),
  sort: [{ field: 'version', direction: 'DESC' }],
  limit: 10,
});

/** How the new console asks for it, with a paged query. */
export const newHistory = (id: string) => ({
  condition: { operator: 'AGGREGATE_ID', value: id },
  sort: [{ field: 'version', direction: 'DESC' }],
  pagination: { index: 1, size: 10 },
});

/** How the new console asks for the record that a link names, with a single query. */
export const details = (id: string) => ({ condition: { operator: 'AGGREGATE_ID', value: id } });
