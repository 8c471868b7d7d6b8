import fc from 'fast-check';
import type { Json } from '../evaluator/json.ts';

/** Wednesday; documents are dated around it. */
export const CLOCK = Date.parse('2025-09-03T18:30:00.000Z');
const DAY = 86_400_000;

/** Days before and after the clock at which something happened, also on the bounds of days, weeks and months. */
export const TIMES: readonly number[] = [-62, -34, -31, -10, -7, -3, -2, -1, 0, 1, 2, 5, 12].flatMap((days) => {
  const midnight = Date.parse('2025-09-03T00:00:00.000Z') + days * DAY;
  return [midnight, midnight - 1, midnight - 8 * 3_600_000, midnight + 4 * 3_600_000, CLOCK + days * DAY];
});

/** The same as text, as other services might have stored it. */
export const WRITTEN_TIMES = [
  '2025-09-03 12:00:00',
  '2025-09-02',
  '2025-08-31T23:59',
  '2025-09-07',
  '18:30',
  "'2025.000",
];

/** Where text goes wrong: case folding, combining marks, code points above 0xFFFF, wildcards, quotes, line feeds. */
export const TEXTS: readonly string[] = [
  ...['', ' ', 'order', 'Order', 'ORDER 42 failed', 'order 42\n', 'order 42\n\n', '\norder', 'a\nb', 'a\r\n', '\t'],
  ...['a%b', 'a_b', 'axb', 'a\\b', 'a\\%b', "it's", '"quoted"', '.*', '(a|b)[c]^$', 'a.b', '{"a":1}', '$where', '--'],
  ...['straße', 'STRASSE', 'STRAẞE', 'İstanbul', 'istanbul', 'ıstanbul', 'ISTANBUL', 'ſ', 's', 'K', 'k', 'ǅ', 'ǆ'],
  ...['Σίσυφος', 'ΣΊΣΥΦΟΣ', 'σίσυφοσ', 'é', 'É', 'e\u0301', 'E\u0301', 'Ა', 'ა', 'Ꭰ', 'ꭰ', '𐐀', '𐐨', 'ﬃ', 'ffi'],
  ...[
    '😀',
    '😀 party',
    '\ufffd',
    '\uffff',
    '\u{10ffff}',
    '0',
    '1',
    '3',
    '03',
    '10',
    '1e1',
    'true',
    'null',
    'FAILED',
    'failed',
  ],
  ...['2025-09-03', '2025-09-03 12:00:00', '2025-09-03T12:00', '18:30', '[]', '{}', 'long '.repeat(110)],
];

const NUMBERS: readonly number[] = [0, 1, 2, 3, 10, -1, 3.5, 0.1, 1e21, 9_007_199_254_740_991, 1e-7, CLOCK, ...TIMES];

const scalar: fc.Arbitrary<Json> = fc.oneof(
  fc.constant(null),
  fc.boolean(),
  { weight: 2, arbitrary: fc.constantFrom(...NUMBERS) },
  { weight: 3, arbitrary: fc.constantFrom(...TEXTS) },
);

/** Names as they occur in documents, and some that trouble whoever splits, quotes or counts. */
export const NAMES: readonly string[] = [
  'name',
  'msg',
  'status',
  'id',
  '0',
  '1',
  '01',
  '',
  'a b',
  "it's",
  '"',
  '%',
  '$x',
  '_id',
  'tenantId',
  'deleted',
  'é',
  '__proto__',
];
const name = fc.constantFrom(...NAMES);

const { value } = fc.letrec<{ value: Json; scalar: Json; list: Json; object: Json }>((tie) => ({
  value: fc.oneof({ maxDepth: 3, withCrossShrink: true }, tie('scalar'), tie('list'), tie('object')),
  scalar,
  list: fc.array(tie('value'), { maxLength: 3 }),
  object: fc
    .array(fc.tuple(name, tie('value')), { maxLength: 3 })
    // JSON.parse makes `__proto__` a member like any other; an object literal would not.
    .map(
      (members) =>
        JSON.parse(`{${members.map(([key, of]) => `${JSON.stringify(key)}:${JSON.stringify(of)}`).join()}}`) as Json,
    ),
}));

/** Any JSON that Postgres can hold, scalars mostly. */
export const anyValue: fc.Arbitrary<Json> = value;

/** As it may stand at the top of a condition: explicit null is no value. */
export const anything: fc.Arbitrary<Json> = anyValue.map((value) => value ?? '');
