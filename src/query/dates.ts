import { DateTimeFormatter, Instant, LocalTime, type ZoneOffset, ZonedDateTime } from '@js-joda/core';
import type { Condition } from './condition.ts';
import type { QueryContext } from './context.ts';
import type { JsonValue } from './json.ts';
import type { Operator } from './operators.ts';
import type { Comparison } from './comparison.ts';
import { badRequest, illegalArgument } from './refused.ts';
import { offsetAt } from './zone.ts';

const SECOND = 1_000;
const DAY = 24 * 3_600 * SECOND;

/** One end of a range: epoch milliseconds, or text where the condition gives a pattern. */
export interface DateBound {
  readonly by: Comparison;
  readonly bound: number | string;
}

/**
 * The ends of the range of a date operator (query contract 4.3). All is reckoned with the offset that is valid now,
 * also beyond a change to summer time.
 * @throws QueryRefused
 */
export function dateBounds({ operator, value, options }: Condition, { now, zone }: QueryContext): DateBound[] {
  const { zoneId, datePattern } = options;
  const offset = offsetAt(typeof zoneId === 'string' ? zoneId : zone, now);
  const shift = offset.totalSeconds() * SECOND;
  // Local time is reckoned as if it were UTC.
  const { from, until, before } = RANGES[operator]?.(now + shift, value) ?? {};
  const bound = (local: number): number | string =>
    typeof datePattern === 'string' ? format(local - shift, datePattern, offset) : local - shift;
  return [
    ...(from === undefined ? [] : [{ by: '>=', bound: bound(from) } as const]),
    // The last millisecond of the day before: with a pattern it is that text which counts.
    ...(until === undefined ? [] : [{ by: '<=', bound: bound(until - 1) } as const]),
    ...(before === undefined ? [] : [{ by: '<', bound: bound(before) } as const]),
  ];
}

/** Local times in milliseconds. */
interface Range {
  readonly from?: number;
  /** Exclusive, the start of a day. */
  readonly until?: number;
  readonly before?: number;
}

const RANGES: Readonly<Partial<Record<Operator, (now: number, value: JsonValue) => Range>>> = {
  TODAY: (now) => days(dayOf(now), 1),
  TOMORROW: (now) => days(dayOf(now) + DAY, 1),
  THIS_WEEK: (now) => days(mondayOf(now), 7),
  LAST_WEEK: (now) => days(mondayOf(now) - 7 * DAY, 7),
  NEXT_WEEK: (now) => days(mondayOf(now) + 7 * DAY, 7),
  THIS_MONTH: (now) => ({ from: monthOf(now, 0), until: monthOf(now, 1) }),
  LAST_MONTH: (now) => ({ from: monthOf(now, -1), until: monthOf(now, 0) }),
  RECENT_DAYS: (now, value) => ({ from: daysAgo(now, value), until: dayOf(now) + DAY }),
  EARLIER_DAYS: (now, value) => ({ before: daysAgo(now, value) }),
  BEFORE_TODAY: (now, value) => ({ before: dayOf(now) + timeOfDay(value) }),
};

const days = (from: number, count: number): Range => ({ from, until: from + count * DAY });

const dayOf = (local: number): number => Math.floor(local / DAY) * DAY;

function mondayOf(local: number): number {
  return dayOf(local) - ((new Date(local).getUTCDay() + 6) % 7) * DAY;
}

function monthOf(local: number, ahead: number): number {
  const date = new Date(local);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + ahead);
}

/** 1 is today; a fraction is cut off. */
function daysAgo(now: number, value: JsonValue): number {
  if (typeof value !== 'number') throw badRequest('The value must be a number of days.');
  return dayOf(now) - (Math.trunc(value) - 1) * DAY;
}

/** Milliseconds after midnight, of a text `HH:mm[:ss[.fraction]]` or a number of seconds. */
function timeOfDay(value: JsonValue): number {
  if (typeof value !== 'string' && typeof value !== 'number') {
    const kind = typeof value === 'boolean' ? 'java.lang.Boolean' : 'java.util.Collection';
    throw illegalArgument(`Unsupported condition value type:class ${kind}`);
  }
  try {
    const time = typeof value === 'string' ? LocalTime.parse(value) : LocalTime.ofSecondOfDay(Math.trunc(value));
    return Math.floor(time.toNanoOfDay() / 1_000_000);
  } catch (error) {
    throw badRequest(reasonOf(error));
  }
}

function format(instant: number, pattern: string, offset: ZoneOffset): string {
  const formatter = formatterOf(pattern);
  try {
    return ZonedDateTime.ofInstant(Instant.ofEpochMilli(instant), offset).format(formatter);
  } catch (error) {
    throw badRequest(reasonOf(error));
  }
}

function formatterOf(pattern: string): DateTimeFormatter {
  try {
    return DateTimeFormatter.ofPattern(pattern);
  } catch (error) {
    throw illegalArgument(reasonOf(error));
  }
}

/** The first line: below it js-joda quotes its stack. */
function reasonOf(error: unknown): string {
  return String(error instanceof Error ? error.message : error).split('\n', 1)[0] ?? '';
}
