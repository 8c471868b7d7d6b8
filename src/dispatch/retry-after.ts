import { MAX_POSTPONEMENT } from '../domain/index.ts';

const HTTP_DATE = /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? /;

/**
 * Until when a `Retry-After` header asks to wait, in epoch milliseconds, at most 24 h from `now`;
 * null: there is none, or it means nothing. Seconds and the three date forms of RFC 9110 5.6.7 are understood.
 */
export function parseRetryAfter(value: string | null, now: number): number | null {
  const text = value?.trim() ?? '';
  const until = /^\d+$/.test(text) ? now + Number(text) * 1000 : parseHttpDate(text);
  return until > now ? Math.min(until, now + MAX_POSTPONEMENT) : null;
}

/** NaN for anything else. All HTTP dates are UTC; the oldest form does not say so, and JavaScript would take it as local. */
function parseHttpDate(text: string): number {
  if (!HTTP_DATE.test(text)) return Number.NaN;
  return Date.parse(text.endsWith('GMT') ? text : `${text} GMT`);
}
