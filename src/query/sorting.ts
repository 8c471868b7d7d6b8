import type { Sort } from './body.ts';
import type { Columns } from './columns.ts';
import { PRIMARY_KEY, type Subject } from './context.ts';
import type { Parameters } from './parameters.ts';
import { checkName, pathOf, topName } from './path.ts';
import { badRequest } from './refused.ts';

/** One key of an order, by its stored name. */
export interface SortKey {
  readonly name: string;
  readonly descending: boolean;
}

/** As many as the original's store takes. */
const MAX_KEYS = 32;

/** What makes every order total, so that pages neither overlap nor leave gaps (query contract 8). */
const LAST_KEYS: Readonly<Record<Subject, readonly string[]>> = {
  snapshot: ['aggregateId'],
  event_stream: ['aggregateId', 'version'],
};

/** The keys of an order: a repeated field keeps its first place and takes its last direction. @throws QueryRefused */
export function sortKeys(sort: readonly Sort[], subject: Subject): readonly SortKey[] {
  // A Map does just that with its keys.
  const directions = new Map<string, boolean>();
  for (const { field, direction } of sort) {
    checkName(field);
    directions.set(topName(field, PRIMARY_KEY[subject]), direction === 'DESC');
  }
  if (directions.size > MAX_KEYS) throw badRequest(`A query must not be sorted by more than ${MAX_KEYS} fields.`);
  for (const name of LAST_KEYS[subject]) if (!directions.has(name)) directions.set(name, false);
  return [...directions].map(([name, descending]) => ({ name, descending }));
}

/** The order as SQL: from columns where there are any, otherwise by the value that counts among all candidates. */
export function orderBy(keys: readonly SortKey[], columns: Columns, { bind }: Parameters): string {
  const parts = keys.map(({ name, descending }) => {
    const direction = descending ? ' desc' : '';
    const column = columns.get(name);
    switch (column?.type) {
      case undefined:
        return [`redress.sort_key(document, ${bind('text[]', pathOf(name))}, ${String(descending)})${direction}`];
      case 'text':
        return [`${column.sql} collate "C"${direction}`];
      case 'word':
        return column.words.length === 1 ? [] : [`${column.sql}${direction}`];
      case 'boolean':
      case 'integer':
        return [`${column.sql}${direction}`];
    }
  });
  return parts.flat().join(', ');
}
