import { MANY_RECORDS_NOW, manyRecordsId } from './many-records.ts';

/** A query as a console sends it. */
export interface ConsoleQuery {
  readonly name: string;
  readonly body: Readonly<Record<string, unknown>>;
}

type Condition = Readonly<Record<string, unknown>>;

const now = MANY_RECORDS_NOW;
const field = (operator: string, name: string, value: unknown): Condition => ({ field: name, operator, value });
const and = (...children: readonly Condition[]): Condition => ({ operator: 'AND', children });
const or = (...children: readonly Condition[]): Condition => ({ operator: 'OR', children });

const ready = or(
  field('EQ', 'state.status', 'FAILED'),
  and(field('EQ', 'state.status', 'PREPARED'), field('LTE', 'state.retryState.timeoutAt', now)),
);
const retryable = field('EQ', 'state.isRetryable', true);
const exhausted = field('EQ', 'state.isBelowRetryThreshold', false);
const due = field('LTE', 'state.retryState.nextRetryAt', now);
const unrecoverable = field('EQ', 'state.recoverable', 'UNRECOVERABLE');
const executing = [field('EQ', 'state.status', 'PREPARED'), field('GT', 'state.retryState.timeoutAt', now)];
const succeeded = field('EQ', 'state.status', 'SUCCEEDED');

/** The conditions of the tabs of the old console (query contract 10.1). */
const OLD_TABS: Readonly<Record<string, Condition>> = (() => {
  const recoverable = field('NE', 'state.recoverable', 'UNRECOVERABLE');
  const open = field('NE', 'state.status', 'SUCCEEDED');
  return {
    'to retry': and(recoverable, retryable, ready),
    executing: and(...executing),
    'next retry': and(recoverable, retryable, due, ready),
    'non retryable': and(recoverable, open, exhausted),
    succeeded,
    unrecoverable: and(unrecoverable, open),
    all: { operator: 'ALL' },
  };
})();

/** The parts of the conditions of the tabs of the new console, which it joins with AND (query contract 10.2). */
const NEW_TABS: Readonly<Record<string, readonly Condition[]>> = (() => {
  const recoverable = field('IN', 'state.recoverable', ['RECOVERABLE', 'UNKNOWN']);
  const open = field('IN', 'state.status', ['FAILED', 'PREPARED']);
  return {
    'to retry': [recoverable, retryable, ready],
    executing,
    'next retry': [recoverable, retryable, due, ready],
    'non retryable': [recoverable, open, exhausted],
    succeeded: [succeeded],
    unrecoverable: [unrecoverable, open],
  };
})();

/** The search fields of both consoles, each with a value of a record that failed. */
const FILTERS: Readonly<Record<string, Condition>> = {
  id: { operator: 'ID', value: manyRecordsId(100_102) },
  'event id': field('EQ', 'state.eventId.id', 'source-100102'),
  'aggregate id': field('EQ', 'state.eventId.aggregateId.aggregateId', 'order-50051'),
  'context of the event': field('EQ', 'state.eventId.aggregateId.contextName', 'context-2'),
  'aggregate name': field('EQ', 'state.eventId.aggregateId.aggregateName', 'aggregate-2'),
  'context of the function': field('EQ', 'state.function.contextName', 'context-2'),
  processor: field('EQ', 'state.function.processorName', 'Saga2'),
};

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

/** The first pages of both consoles' lists, the longest that they offer: every tab, and every tab with every filter. */
export const CONSOLE_PAGES: readonly ConsoleQuery[] = [
  ...Object.entries(OLD_TABS).flatMap(([tab, condition]) => [
    { name: `old console, ${tab}`, body: oldPage(condition, 50) },
    ...Object.entries(FILTERS).map(([filter, wanted]) => ({
      name: `old console, ${tab}, by ${filter}`,
      body: oldPage(and(and(wanted), condition), 10),
    })),
  ]),
  ...Object.entries(NEW_TABS).flatMap(([tab, parts]) => [
    { name: `new console, ${tab}`, body: newPage(parts, 50) },
    ...Object.entries(FILTERS).map(([filter, wanted]) => ({
      name: `new console, ${tab}, by ${filter}`,
      body: newPage([...parts, wanted], 10),
    })),
  ]),
];

const id = manyRecordsId(102);

/** How the old console asks for the history of a record, with a list query. */
export const OLD_HISTORY = {
  projection: { include: ['id', 'version', 'createTime', 'body.id', 'body.name'], exclude: [] },
  condition: filled(and({ operator: 'AGGREGATE_ID', value: id }, field('LTE', 'version', 666_666_666))),
  sort: [{ field: 'version', direction: 'DESC' }],
  limit: 10,
};

/** How the new console asks for it, with a paged query. */
export const NEW_HISTORY = {
  condition: { operator: 'AGGREGATE_ID', value: id },
  sort: [{ field: 'version', direction: 'DESC' }],
  pagination: { index: 1, size: 10 },
};

/** How the new console asks for the record that a link names, with a single query. */
export const DETAILS = { condition: { operator: 'AGGREGATE_ID', value: id } };
