import { Instant, ZoneId, ZoneOffset } from '@js-joda/core';
import { badRequest } from './refused.ts';

/** What java.time reads as an offset; everything else is the name of a region. */
const OFFSET = /^(?:Z|UTC|GMT|UT|(?:UTC|GMT|UT)?[+-][\d:]+)$/;

/** The offset that is valid in a zone at an instant (query contract 4.3). @throws QueryRefused for an unknown zone */
export function offsetAt(zone: string, now: number): ZoneOffset {
  try {
    if (OFFSET.test(zone)) return ZoneId.of(zone).rules().offset(Instant.ofEpochMilli(now));
    return ZoneOffset.of(regionOffset(zone, now));
  } catch {
    throw badRequest(`Unknown time-zone ID: ${zone}`);
  }
}

/** The rules of regions are Node's own, so that they are as new as the runtime. */
function regionOffset(zone: string, now: number): string {
  const format = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' });
  const { timeZone } = format.resolvedOptions();
  // Node ignores the case of a name, java.time does not.
  if (timeZone !== zone && timeZone.toLowerCase() === zone.toLowerCase()) throw new RangeError(zone);
  const name = format.formatToParts(now).find(({ type }) => type === 'timeZoneName')?.value ?? '';
  return name === 'GMT' ? 'Z' : name.replace('GMT', '');
}
