import { badRequest } from './refused.ts';

const SECOND = 1_000;
/** The offsets that java.time.ZoneId reads: `Z`, `+8`, `+08`, `+08:00`, `+0800`, with seconds, after `UTC` too. */
const OFFSET = /^(?:UTC|GMT|UT)?([+-])(?:(\d)|(\d\d)(?::?(\d\d)(?::?(\d\d))?)?)$/;
const LARGEST_OFFSET = 18 * 3_600;

/** The offset in milliseconds that is valid at `now` in a zone (contract 4.3). */
export function zoneOffset(zone: string, now: number): number {
  if (/^(?:Z|UTC|GMT|UT)$/.test(zone)) return 0;
  const written = OFFSET.exec(zone);
  return written === null ? regionOffset(zone, now) : writtenOffset(written, zone);
}

function writtenOffset([, sign, hour, hours, minutes = '0', seconds = '0']: RegExpExecArray, zone: string): number {
  const total = Number(hour ?? hours) * 3_600 + Number(minutes) * 60 + Number(seconds);
  if (Number(minutes) > 59 || Number(seconds) > 59 || total > LARGEST_OFFSET) throw unknownZone(zone);
  return (sign === '-' ? -total : total) * SECOND;
}

function regionOffset(zone: string, now: number): number {
  const format = regionFormat(zone);
  const parts = new Map(format.formatToParts(now).map(({ type, value }) => [type, Number(value)]));
  const part = (type: Intl.DateTimeFormatPartTypes): number => parts.get(type) ?? 0;
  const local = Date.UTC(
    ...([part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second')] as const),
  );
  return local - Math.floor(now / SECOND) * SECOND;
}

function regionFormat(zone: string): Intl.DateTimeFormat {
  try {
    const format = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    const { timeZone } = format.resolvedOptions();
    // Intl ignores the case of a name, java.time does not.
    if (timeZone.toLowerCase() !== zone.toLowerCase() || timeZone === zone) return format;
  } catch {
    // RangeError: not a zone.
  }
  throw unknownZone(zone);
}

const unknownZone = (zone: string): Error => badRequest(`Unknown time-zone: ${zone}`);
