import { describe, expect, test } from 'vitest';
import { implied } from '../../src/query/condition.ts';
import { dateBounds } from '../../src/query/dates.ts';
import { QueryRefused } from '../../src/query/index.ts';
import type { JsonObject, JsonValue } from '../../src/query/index.ts';
import type { Operator } from '../../src/query/operators.ts';

/** A Wednesday evening in UTC; in Shanghai it is Thursday. */
const NOW = '2025-09-03T18:30:00.000Z';

const bounds = (operator: Operator, value: JsonValue, options: JsonObject, now = NOW, zone = 'UTC') =>
  dateBounds(
    { ...implied(operator, value), options },
    { now: Date.parse(now), zone, subject: 'snapshot', result: 'document', ownerId: '', spaceId: '', guard: false },
  );

/** The ends as they read, such as `>= 2025-09-03T00:00:00.000Z`. */
function read(...asked: Parameters<typeof bounds>): string[] {
  return bounds(...asked).map(
    ({ by, bound }) => `${by} ${typeof bound === 'number' ? new Date(bound).toISOString() : bound}`,
  );
}

describe('the range of a date operator', () => {
  test.each<[Operator, JsonValue, from: string, until: string]>([
    ['TODAY', '', '2025-09-03', '2025-09-03'],
    ['TOMORROW', '', '2025-09-04', '2025-09-04'],
    ['THIS_WEEK', '', '2025-09-01', '2025-09-07'],
    ['LAST_WEEK', '', '2025-08-25', '2025-08-31'],
    ['NEXT_WEEK', '', '2025-09-08', '2025-09-14'],
    ['THIS_MONTH', '', '2025-09-01', '2025-09-30'],
    ['LAST_MONTH', '', '2025-08-01', '2025-08-31'],
    ['RECENT_DAYS', 1, '2025-09-03', '2025-09-03'],
    ['RECENT_DAYS', 2.9, '2025-09-02', '2025-09-03'],
    ['RECENT_DAYS', 0, '2025-09-04', '2025-09-03'],
  ])('%s %j is from %s until the last millisecond of %s', (operator, value, from, until) => {
    expect(read(operator, value, {})).toEqual([`>= ${from}T00:00:00.000Z`, `<= ${until}T23:59:59.999Z`]);
  });

  test.each<[Operator, JsonValue, before: string]>([
    ['EARLIER_DAYS', 1, '2025-09-03T00:00:00.000Z'],
    ['EARLIER_DAYS', 0, '2025-09-04T00:00:00.000Z'],
    ['BEFORE_TODAY', '12:00', '2025-09-03T12:00:00.000Z'],
    ['BEFORE_TODAY', '12:00:01.5', '2025-09-03T12:00:01.500Z'],
    ['BEFORE_TODAY', 0, '2025-09-03T00:00:00.000Z'],
    ['BEFORE_TODAY', 86_399, '2025-09-03T23:59:59.000Z'],
  ])('%s %j is before %s', (operator, value, before) => {
    expect(read(operator, value, {})).toEqual([`< ${before}`]);
  });

  test.each([
    ['Asia/Shanghai', '2025-09-03T16:00:00.000Z'],
    ['+08:00', '2025-09-03T16:00:00.000Z'],
    ['UTC+8', '2025-09-03T16:00:00.000Z'],
    ['-0330', '2025-09-03T03:30:00.000Z'],
    ['Z', '2025-09-03T00:00:00.000Z'],
    ['America/New_York', '2025-09-03T04:00:00.000Z'],
  ])('begins where the day does in the zone %s', (zoneId, from) => {
    expect(read('TODAY', '', { zoneId })[0]).toBe(`>= ${from}`);
    expect(read('TODAY', '', {}, NOW, zoneId)[0]).toBe(`>= ${from}`);
  });

  test('keeps the offset of now beyond a change to summer time', () => {
    // Germany left summer time on the 26th; the month is reckoned with the winter's offset all the same.
    const [from] = read('THIS_MONTH', '', { zoneId: 'Europe/Berlin' }, '2025-10-30T12:00:00.000Z');

    expect(from).toBe('>= 2025-09-30T23:00:00.000Z');
  });

  test('takes the last day of a short month and the turn of the year', () => {
    expect(read('LAST_MONTH', '', {}, '2024-03-31T00:00:00.000Z')[1]).toBe('<= 2024-02-29T23:59:59.999Z');
    expect(read('LAST_MONTH', '', {}, '2024-01-01T00:00:00.000Z')[0]).toBe('>= 2023-12-01T00:00:00.000Z');
  });

  test('is a range of texts where the condition gives a pattern, written in its zone', () => {
    const options = { datePattern: "yyyy-MM-dd'T'HH:mm:ss.SSS", zoneId: '+08:00' };

    expect(read('TODAY', '', options)).toEqual(['>= 2025-09-04T00:00:00.000', '<= 2025-09-04T23:59:59.999']);
    expect(read('BEFORE_TODAY', '06:30', options)).toEqual(['< 2025-09-04T06:30:00.000']);
  });

  test('ignores a zone and a pattern that are no texts', () => {
    expect(read('TODAY', '', { zoneId: 8, datePattern: true })).toEqual(read('TODAY', '', {}));
  });
});

describe('a date operator is refused', () => {
  test.each<[Operator, JsonValue, JsonObject, code: string, message: string]>([
    ['TODAY', '', { zoneId: 'Mars/Base' }, 'BadRequest', 'Unknown time-zone ID: Mars/Base'],
    ['TODAY', '', { zoneId: 'asia/shanghai' }, 'BadRequest', 'Unknown time-zone ID: asia/shanghai'],
    ['TODAY', '', { zoneId: '+19:00' }, 'BadRequest', 'Unknown time-zone ID: +19:00'],
    ['TODAY', '', { datePattern: 'bbbb' }, 'IllegalArgument', 'Unknown pattern letter: b'],
    ['RECENT_DAYS', '2', {}, 'BadRequest', 'The value must be a number of days.'],
    ['EARLIER_DAYS', '', {}, 'BadRequest', 'The value must be a number of days.'],
    ['EARLIER_DAYS', 1e300, { datePattern: 'yyyy' }, 'BadRequest', 'Instant exceeds minimum or maximum instant'],
    ['BEFORE_TODAY', true, {}, 'IllegalArgument', 'Unsupported condition value type:class java.lang.Boolean'],
    ['BEFORE_TODAY', 86_400, {}, 'BadRequest', 'Invalid value for SecondOfDay (valid values 0 - 86399): 86400'],
    ['BEFORE_TODAY', '', {}, 'BadRequest', "Text '' could not be parsed at index 0: , at index: 0"],
  ])('%s %j %j: %s, %s', (operator, value, options, code, message) => {
    const refused = (): unknown => bounds(operator, value, options);

    expect(refused).toThrow(QueryRefused);
    expect(refused).toThrow(expect.objectContaining({ code, message }));
  });
});
