import fc from 'fast-check';
import type { Json, JsonObject } from '../evaluator/json.ts';
import type { Found } from './harvest.ts';
import { anything } from './values.ts';

const DATE_OPERATORS = ['TODAY', 'TOMORROW', 'THIS_WEEK', 'NEXT_WEEK', 'LAST_WEEK', 'THIS_MONTH', 'LAST_MONTH'];
const ZONES = [
  'Z',
  'Asia/Shanghai',
  'America/New_York',
  'Asia/Kathmandu',
  '+08:00',
  '-0330',
  '+9',
  'GMT+2',
  'UTC-05:00',
];
const PATTERNS = [
  'yyyy-MM-dd HH:mm:ss',
  'yyyy-MM-dd',
  "yyyy-MM-dd'T'HH:mm",
  'HH:mm',
  "''yyyy.SSS",
  'yyyyMMddHHmmssSSS',
  "'\u0000'yyyy",
  "yyyy'\ud83d'",
];

/** Where times stand, as numbers or as text. */
export const timed = (found: readonly Found[]): Found[] =>
  found.filter(({ value }) =>
    typeof value === 'number' ? value > 1e12 : typeof value === 'string' && /^[\d:T -]{5,}$/.test(value),
  );

const options = fc.record(
  { zoneId: fc.constantFrom<Json>(...ZONES, 8), datePattern: fc.constantFrom(...PATTERNS), other: fc.constant(null) },
  { requiredKeys: [] },
);
const dated = (operator: string, value: fc.Arbitrary<Json>): fc.Arbitrary<JsonObject> =>
  fc.record({ operator: fc.constant(operator), value, options }, { requiredKeys: ['operator', 'value'] });
const days = fc.oneof(fc.integer({ min: -3, max: 40 }), fc.constantFrom(1.9, -0.5, 400));
const timeOfDay = fc.oneof(
  fc.integer({ min: 0, max: 86_399 }),
  fc.constantFrom('00:00', '12:00', '18:30', '18:30:00', '23:59:59.999', '04:00:00.000000001', '08:00:00.5'),
);

/** Date operators that are in order, without their field. */
export const dates: fc.Arbitrary<JsonObject> = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...DATE_OPERATORS).chain((operator) => dated(operator, anything)) },
  dated('RECENT_DAYS', days),
  dated('EARLIER_DAYS', days),
  dated('BEFORE_TODAY', timeOfDay),
);
