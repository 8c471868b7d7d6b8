import type { Json, JsonObject } from './json.ts';
import { badRequest, illegalArgument } from './refused.ts';
import { zoneOffset } from './zone.ts';

const SECOND = 1_000;
const DAY = 24 * 3_600 * SECOND;

/** What a date operator compares the field with: milliseconds, or text where a pattern is given. */
export interface DateBounds {
  /** Inclusive. */
  readonly range?: readonly [from: Json, to: Json];
  /** Exclusive. */
  readonly before?: Json;
}

interface Moment {
  readonly now: number;
  readonly zone: string;
}

/** The bounds of contract 4.3, or `undefined` where the operator is none of dates. */
export function dateBounds(operator: string, value: Json, options: JsonObject, moment: Moment): DateBounds | undefined {
  const bounds = BOUNDS[operator];
  if (bounds === undefined) return undefined;
  const { zoneId, datePattern } = options;
  const offset = zoneOffset(typeof zoneId === 'string' ? zoneId : moment.zone, moment.now);
  // Local times are kept as if they were UTC: the offset of now holds for all of them.
  const { range, before } = bounds(moment.now + offset, value);
  const give = (local: number): Json => (typeof datePattern === 'string' ? format(local, datePattern) : local - offset);
  return {
    ...(range === undefined ? {} : { range: [give(range[0]), give(range[1])] }),
    ...(before === undefined ? {} : { before: give(before) }),
  };
}

interface LocalBounds {
  readonly range?: readonly [from: number, to: number];
  readonly before?: number;
}

const BOUNDS: Readonly<Partial<Record<string, (local: number, value: Json) => LocalBounds>>> = {
  TODAY: (local) => days(startOfDay(local), 1),
  TOMORROW: (local) => days(startOfDay(local) + DAY, 1),
  THIS_WEEK: (local) => days(monday(local), 7),
  LAST_WEEK: (local) => days(monday(local) - 7 * DAY, 7),
  NEXT_WEEK: (local) => days(monday(local) + 7 * DAY, 7),
  THIS_MONTH: (local) => month(local, 0),
  LAST_MONTH: (local) => month(local, -1),
  RECENT_DAYS: (local, value) => ({
    range: [startOfDay(local) - (wholeDays(value) - 1) * DAY, startOfDay(local) + DAY - 1],
  }),
  EARLIER_DAYS: (local, value) => ({ before: startOfDay(local) - (wholeDays(value) - 1) * DAY }),
  BEFORE_TODAY: (local, value) => ({ before: startOfDay(local) + timeOfDay(value) }),
};

const days = (from: number, count: number): LocalBounds => ({ range: [from, from + count * DAY - 1] });

const startOfDay = (local: number): number => Math.floor(local / DAY) * DAY;

function monday(local: number): number {
  const sinceMonday = (new Date(local).getUTCDay() + 6) % 7;
  return startOfDay(local) - sinceMonday * DAY;
}

function month(local: number, ahead: number): LocalBounds {
  const date = new Date(local);
  const first = (months: number): number => Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + months);
  return { range: [first(ahead), first(ahead + 1) - 1] };
}

function wholeDays(value: Json): number {
  if (typeof value !== 'number') throw badRequest('The value must be a number of days.');
  return Math.trunc(value);
}

/** Milliseconds since midnight. */
function timeOfDay(value: Json): number {
  if (typeof value === 'number') {
    const seconds = Math.trunc(value);
    if (seconds < 0 || seconds > 86_399) throw badRequest('The seconds of a day are 0 to 86399.');
    return seconds * SECOND;
  }
  if (typeof value !== 'string') throw illegalArgument('The value must be a time of day.');
  const time = /^(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?$/.exec(value);
  if (time === null) throw badRequest('The value is no time of day.');
  const [hours, minutes, seconds] = [time[1], time[2], time[3] ?? '0'].map(Number) as [number, number, number];
  if (hours > 23 || minutes > 59 || seconds > 59) throw badRequest('The value is no time of day.');
  const milliseconds = Number((time[4] ?? '').padEnd(3, '0').slice(0, 3));
  return ((hours * 60 + minutes) * 60 + seconds) * SECOND + milliseconds;
}

/** The letters of java.time's patterns that contract 4.3 asks for; everything between quotes is text. */
function format(local: number, pattern: string): string {
  const iso = new Date(local).toISOString();
  const digits = { y: iso.slice(0, 4), M: iso.slice(5, 7), d: iso.slice(8, 10), S: iso.slice(20, 23) };
  const clock = { H: iso.slice(11, 13), m: iso.slice(14, 16), s: iso.slice(17, 19) };
  const letters: Readonly<Record<string, string>> = { ...digits, ...clock };
  return pattern.replaceAll(/''|'((?:[^']|'')*)'|'|([A-Za-z])\2*|[{}#]/g, (found: string, quoted?: string) => {
    if (found === "''") return "'";
    if (quoted !== undefined) return quoted.replaceAll("''", "'");
    const written = letters[found.charAt(0)];
    if (written?.length !== found.length) throw illegalArgument(`Unknown pattern letters: ${found}`);
    return written;
  });
}
