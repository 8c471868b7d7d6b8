import type { Request } from 'express';
import { EVENT_BODY_TYPES } from '../domain/index.ts';
import { BEGINNING, type Cursor, type FeedEntry, compareCursors, formatCursor, parseCursor } from '../store/index.ts';
import { illegalArgument } from './request-error.ts';

/** The name under which readers get an event with the state after it: never that of the event, which has happened already. */
const STATE_EVENT = 'state_event';

const EVENT_NAMES: readonly string[] = [...Object.keys(EVENT_BODY_TYPES), STATE_EVENT];

/** Which messages a reader wants. */
export type FeedFilter = (entry: FeedEntry) => boolean;

/** The name of a message as its readers see it. */
export const feedEventName = ({ kind, event }: FeedEntry): string => (kind === 'STATE_EVENT' ? STATE_EVENT : event);

/**
 * What a reader wants by `event`, and by the failed function's `context`, `processor` and `function`: each may be there
 * several times or with commas, and any of its values will do. @throws RequestError
 */
export function readFeedFilter(request: Request): FeedFilter {
  const [events, contexts, processors, functions] = ['event', 'context', 'processor', 'function'].map((name) =>
    wanted(request, name),
  );
  for (const name of events ?? []) {
    if (!EVENT_NAMES.includes(name)) {
      throw illegalArgument(`There is no event [${name}]. Choose of ${EVENT_NAMES.join(', ')}.`);
    }
  }
  return (entry) =>
    fits(events, feedEventName(entry)) &&
    fits(contexts, entry.function?.contextName) &&
    fits(processors, entry.function?.processorName) &&
    fits(functions, entry.function?.name);
}

/**
 * Where a reader goes on: at `Last-Event-ID`, or `after`, or at the beginning, or now.
 * @throws RequestError for a place that is none of this feed
 */
export function readFeedStart(request: Request, now: Cursor, horizon: Cursor): Cursor {
  // What a reader sends that reconnects is newer than the address it still uses.
  const text = request.get('Last-Event-ID') ?? queryTexts(request, 'after').at(-1) ?? '';
  const from = queryTexts(request, 'from').at(-1) ?? 'now';
  if (from !== 'beginning' && from !== 'now') throw illegalArgument(`from is "${from}": it must be beginning or now.`);
  if (text === '') return from === 'beginning' ? BEGINNING : now;
  const cursor = parseCursor(text);
  if (cursor === null) {
    throw illegalArgument(
      `"${text}" is no place in the feed: give the id of an event that it sent, or from=beginning.`,
    );
  }
  if (compareCursors(cursor, horizon) > 0) {
    throw illegalArgument(
      `The feed has not come to "${text}" yet, but only to "${formatCursor(horizon)}": that id is of another database, or ` +
        'this one was set back to an earlier time without feed:rebase. Give an id of this feed, or from=beginning.',
    );
  }
  return cursor;
}

/** Null: any will do. */
function wanted(request: Request, name: string): ReadonlySet<string> | null {
  const values = queryTexts(request, name)
    .flatMap((text) => text.split(','))
    .map((value) => value.trim())
    .filter((value) => value !== '');
  return values.length === 0 ? null : new Set(values);
}

const fits = (values: ReadonlySet<string> | null | undefined, value: string | undefined): boolean =>
  values === null || values === undefined || (value !== undefined && values.has(value));

/** All values of a query parameter. */
const queryTexts = (request: Request, name: string): string[] =>
  [request.query[name]].flat().filter((value) => typeof value === 'string');
