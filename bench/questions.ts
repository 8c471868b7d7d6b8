import { type ConsoleQuery, consolePages, details, newHistory, oldHistory } from '../test/support/console-queries.ts';
import { MANY_RECORDS_NOW, manyRecordsId } from '../test/support/many-records.ts';
import type { Question } from './query-load.ts';

const ROOT = '/execution_failed';
/** A minute in which consoles ask: `now` is part of what they ask for. */
const MINUTE = 60_000;

/** How many snapshots there are, and how many of them have events. */
export interface Stored {
  readonly snapshots: number;
  readonly histories: number;
}

/** A kind of question, and how to make one of a random record. */
export interface Kind {
  readonly name: string;
  make(stored: Stored): Question;
}

/** What consoles and services read. */
export const KINDS = [
  { name: 'list page', make: (stored) => page(stored, asList) },
  { name: 'list page with its exact total', make: (stored) => page(stored, asPaged) },
  { name: 'count', make: (stored) => page(stored, asCount) },
  { name: 'record by id', make: ({ snapshots }) => oneOf(byId(manyRecordsId(random(snapshots)))) },
  { name: 'history of a record', make: ({ histories }) => oneOf(history(manyRecordsId(random(histories)))) },
  { name: 'state at a version', make: ({ histories }) => atVersion(manyRecordsId(random(histories))) },
  { name: 'trace of all states', make: ({ histories }) => trace(manyRecordsId(random(histories))) },
] as const satisfies readonly Kind[];

function page({ snapshots }: Stored, as: (query: ConsoleQuery) => Question): Question {
  return as(oneOf(consolePages(MANY_RECORDS_NOW + random(MINUTE), random(snapshots))));
}

const post = (path: string, name: string, body: unknown): Question => ({
  name,
  method: 'POST',
  path: `${ROOT}${path}`,
  body,
});
const get = (path: string, name: string): Question => ({ name, method: 'GET', path: `${ROOT}${path}` });

const asPaged = ({ name, body }: ConsoleQuery): Question => post('/snapshot/paged', name, body);

function asList({ name, body }: ConsoleQuery): Question {
  const { pagination, ...query } = body as { pagination: { size: number } };
  return post('/snapshot/list', name, { ...query, limit: pagination.size });
}

const asCount = ({ name, body }: ConsoleQuery): Question => post('/snapshot/count', name, body['condition']);

const byId = (id: string): readonly Question[] => [
  post('/snapshot/single', 'single', details(id)),
  get(`/${id}/state`, 'state'),
  get(`/${id}/snapshot`, 'snapshot'),
];

const history = (id: string): readonly Question[] => [
  post('/event/list', 'old console, history', oldHistory(id)),
  post('/event/paged', 'new console, history', newHistory(id)),
];

const atVersion = (id: string): Question => get(`/${id}/state/${1 + random(8)}`, 'state at a version');
const trace = (id: string): Question => get(`/${id}/state/tracing`, 'trace');

/** From 1 to `most`. */
const random = (most: number): number => 1 + Math.floor(Math.random() * most);

function oneOf<Value>(values: readonly Value[]): Value {
  const value = values[random(values.length) - 1];
  if (value === undefined) throw new Error('there is nothing to choose from');
  return value;
}
