import { createHash } from 'node:crypto';
import type { Sql } from '../query/index.ts';

/** Above so many, nobody sees whether a count is a moment old. */
const MANY = 50_000;
/** Milliseconds from the beginning of its query for which such a count is given again. */
const MAX_AGE = 2_000;
/** Counts that are kept; in those two seconds there are seldom as many. */
const MAX_KEPT = 1_000;

/** Asks how many rows a statement counts. @throws as what counts them */
export type Count = (sql: Sql) => Promise<number>;

/**
 * Counts with one query what several callers ask at once: an exact total costs more than the page it stands on, and a
 * console asks for the same ones again and again. An error goes to those who wait for it, and is asked for again.
 * @param now milliseconds, whenever they began
 */
export function createSharedCounts(count: Count, now: () => number = () => performance.now()): Count {
  const running = new Map<string, Promise<number>>();
  const kept = new Map<string, { readonly total: number; readonly until: number }>();

  const keep = (key: string, total: number, until: number): void => {
    if (total <= MANY || until <= now()) return;
    const [oldest] = kept.keys();
    if (kept.size >= MAX_KEPT && oldest !== undefined) kept.delete(oldest);
    kept.set(key, { total, until });
  };

  const ask = async (key: string, sql: Sql): Promise<number> => {
    const until = now() + MAX_AGE;
    try {
      const total = await count(sql);
      keep(key, total, until);
      return total;
    } finally {
      running.delete(key);
    }
  };

  return async (sql) => {
    const key = keyOf(sql);
    const known = kept.get(key);
    if (known !== undefined) {
      if (known.until > now()) return known.total;
      kept.delete(key);
    }
    const shared = running.get(key) ?? ask(key, sql);
    running.set(key, shared);
    return shared;
  };
}

/** Of one length, whatever the query: it may carry a list of a megabyte. */
function keyOf({ text, values }: Sql): string {
  // JSON has no number beyond the largest; Postgres gets numbers as texts.
  const valuesText = JSON.stringify(values, (_, value: unknown) => (typeof value === 'number' ? String(value) : value));
  return createHash('sha256').update(text).update('\0').update(valuesText).digest('base64');
}
