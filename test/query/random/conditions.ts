import fc from 'fast-check';
import { OPERATORS } from '../evaluator/decode.ts';
import type { Json, JsonObject } from '../evaluator/json.ts';
import { dates, timed } from './dates.ts';
import type { Found, Harvest } from './harvest.ts';
import { anything, anyValue, NAMES, TEXTS } from './values.ts';

type Arbitrary = fc.Arbitrary<JsonObject>;

const COMPARISONS = ['EQ', 'EQ', 'NE', 'GT', 'LT', 'GTE', 'LTE'];
const TEXT_OPERATORS = ['CONTAINS', 'STARTS_WITH', 'ENDS_WITH'];

/** Text that no document can hold, but a condition can. */
const UNSTORABLE: readonly Json[] = [
  '\u0000',
  'order\u0000x',
  '\ud83d',
  '\udc00',
  'a\ud83d\u0000',
  ['\u0000'],
  { '\ud83d': 1 },
];
const UNSTORABLE_TEXTS = UNSTORABLE.filter((value) => typeof value === 'string');

/** Conditions that are in order, over fields and values of documents. */
export function conditions(of: Harvest, ids: readonly string[]): Arbitrary {
  return fc.letrec<{ condition: JsonObject }>((tie) => ({
    condition: fc.oneof(
      { maxDepth: 3, depthSize: 'small', withCrossShrink: true },
      { weight: 6, arbitrary: leaf(of, ids) },
      { weight: 3, arbitrary: combined(tie('condition')) },
      { weight: 1, arbitrary: of.arrays.length === 0 ? leaf(of, ids) : elementMatch(of, ids) },
    ),
  })).condition;
}

function combined(child: Arbitrary): Arbitrary {
  return fc.record({
    operator: spelled('AND', 'OR', 'NOR'),
    children: fc.array(child, { minLength: 1, maxLength: 3 }),
  });
}

function elementMatch(of: Harvest, ids: readonly string[]): Arbitrary {
  return fc.constantFrom(...of.arrays).chain(({ field, elements }) =>
    fc.record({
      field: fc.constant(field),
      operator: spelled('ELEM_MATCH'),
      children: fc.array(conditions(elements, ids), { minLength: 1, maxLength: 2 }),
    }),
  );
}

function leaf(of: Harvest, ids: readonly string[]): Arbitrary {
  const target = targets(of);
  const texts = of.values.filter(({ value }) => typeof value === 'string');
  const textTarget = fc.oneof({ weight: 4, arbitrary: among(texts) }, target);
  const flags = of.values.filter(({ value }) => typeof value === 'boolean');
  const flagTarget = fc.oneof({ weight: 4, arbitrary: among(flags) }, target);
  const dateTarget = fc.oneof({ weight: 4, arbitrary: among(timed(of.values)) }, target);
  const withField = (operator: Arbitrary, value: (given: Json) => fc.Arbitrary<Json>, on = target): Arbitrary =>
    fc
      .tuple(on, operator)
      .chain(([{ field, value: given }, rest]) => value(given).map((chosen) => ({ field, ...rest, value: chosen })));
  const operator = (...names: string[]): Arbitrary => fc.record({ operator: spelled(...names) });
  const list = (given: Json): fc.Arbitrary<Json> =>
    fc.array(fc.oneof(fc.constant(given), near(given), fc.constant(null), anyValue), { maxLength: 4 });
  return fc.oneof(
    { weight: 7, arbitrary: withField(operator(...COMPARISONS), near) },
    { weight: 3, arbitrary: withField(operator('IN', 'NOT_IN', 'ALL_IN'), list) },
    { weight: 2, arbitrary: withField(operator('BETWEEN'), bounds) },
    { weight: 3, arbitrary: withField(textOperator, textNear, textTarget) },
    { weight: 1, arbitrary: withField(operator('NULL', 'NOT_NULL'), () => anything) },
    {
      weight: 1,
      arbitrary: fc.tuple(flagTarget, operator('TRUE', 'FALSE')).map(([{ field }, rest]) => ({ field, ...rest })),
    },
    { weight: 1, arbitrary: withField(operator('EXISTS'), () => fc.boolean()) },
    { weight: 3, arbitrary: fc.tuple(dateTarget, dates).map(([{ field }, rest]) => ({ field, ...rest })) },
    { weight: 1, arbitrary: fc.record({ operator: spelled(...COMPARISONS), field: target.map(({ field }) => field) }) },
    { weight: 2, arbitrary: withoutField(ids) },
  );
}

/** An operator as it may be written: as it is, in another letter case, as its number. */
const spelled = (...names: readonly string[]): fc.Arbitrary<Json> =>
  fc.oneof(
    { weight: 18, arbitrary: fc.constantFrom(...names) },
    fc.constantFrom(...names).map((name) => name.toLowerCase()),
    fc.constantFrom(...names).map((name) => OPERATORS.indexOf(name)),
  );

const textOperator: Arbitrary = fc.record(
  {
    operator: spelled(...TEXT_OPERATORS),
    options: fc.record({ ignoreCase: fc.constantFrom<Json>(true, true, true, false, 'true', 1) }),
  },
  { requiredKeys: ['operator'] },
);

function withoutField(ids: readonly string[]): Arbitrary {
  const id = fc.oneof({ weight: 4, arbitrary: fc.constantFrom<Json>(...ids) }, anything);
  const owner = fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom<Json>('', 'ops-a', 'ops-b', 'space-1', '(0)') },
    anything,
  );
  return fc.oneof(
    fc.record({ operator: fc.constantFrom('ID', 'AGGREGATE_ID'), value: id }),
    fc.record({ operator: fc.constantFrom('IDS', 'AGGREGATE_IDS'), value: fc.array(id, { maxLength: 5 }) }),
    fc.record({ operator: fc.constantFrom('TENANT_ID', 'OWNER_ID', 'SPACE_ID'), value: owner }),
    fc.record({
      operator: spelled('DELETED'),
      value: fc.constantFrom<Json>(true, false, 'ACTIVE', 'deleted', 'All'),
    }),
    fc.constantFrom<JsonObject>({ operator: 'ALL' }, {}, { operator: 'ALL', field: '$x', children: [], value: [1] }),
  );
}

/** A field, and a value that may be there or nearly so. */
function targets(of: Harvest): fc.Arbitrary<Found> {
  const known = fc.oneof({ weight: 2, arbitrary: among(of.values) }, among(of.fields));
  const name = fc.constantFrom(...NAMES, 'nope');
  return fc
    .oneof(
      { weight: 16, arbitrary: known },
      // The value of another field.
      fc.tuple(known, known).map(([{ field }, { value }]) => ({ field, value })),
      // Past the end of a path, past a scalar, into arrays of arrays.
      fc.tuple(known, name).map(([{ field, value }, more]) => ({ field: `${field}.${more}`, value })),
      // Without its end, or without a part in the middle.
      fc.tuple(known, fc.nat(5)).map(([{ field, value }, part]) => ({ field: withoutPart(field, part), value })),
      fc.constantFrom(...UNKNOWN_FIELDS).map((field) => ({ field, value: 'nope' })),
    )
    .map(({ field, value }) => ({ field: field.startsWith('$') ? `_${field}` : field, value }));
}

const UNKNOWN_FIELDS = [
  '_id',
  'aggregateId',
  'id',
  'nope',
  '',
  '.',
  'a..b',
  'state.$x',
  'state.',
  'state.\u0000',
  'a.\ud83d',
];

/** One of many; a number shrinks better than a choice. */
const among = (found: readonly Found[]): fc.Arbitrary<Found> =>
  fc.nat(1_000_000).map((at) => found[at % found.length] ?? { field: 'nope', value: 'nope' });

function withoutPart(field: string, part: number): string {
  const parts = field.split('.');
  return parts.length === 1 ? field : parts.toSpliced(part % parts.length, 1).join('.');
}

/** A value like the given one; null is never at the top of a condition. */
function near(given: Json): fc.Arbitrary<Json> {
  const value = given ?? '';
  return fc.oneof(
    { weight: 5, arbitrary: fc.constant(value) },
    { weight: 4, arbitrary: fc.constantFrom(...neighbours(value)) },
    { weight: 1, arbitrary: anything },
    { weight: 1, arbitrary: fc.constantFrom(...UNSTORABLE) },
  );
}

function neighbours(value: Json): readonly [Json, ...Json[]] {
  if (typeof value === 'number')
    return [value + 1, value - 1, value + 0.5, value - 0.5, value + 0.5, value - 0.5, String(value)];
  if (typeof value === 'string') return [`${value}\n`, value.slice(0, -1), value.toUpperCase(), [value], { value }];
  return [[value], JSON.stringify(value), true];
}

const bounds = (given: Json): fc.Arbitrary<Json> =>
  fc
    .tuple(fc.oneof(near(given), fc.constant(null)), fc.oneof(near(given), fc.constant(null)), fc.nat(3))
    .map(([from, to, more]): Json => (more === 0 ? [from, to, 'ignored'] : [from, to]));

/** A part of the given text: its start, its end with or without a final line feed, or from its middle. */
function textNear(given: Json): fc.Arbitrary<Json> {
  const whole = typeof given === 'string' ? given : JSON.stringify(given);
  const part = fc
    .tuple(fc.nat(1_000), fc.constantFrom(...PARTS), fc.constantFrom(...SPELLINGS))
    .map(([from, cut, spell]) => {
      const characters = Array.from(whole);
      return spell(cut(characters, from % (characters.length + 1)).join(''));
    });
  return fc.oneof(
    { weight: 8, arbitrary: part },
    { weight: 1, arbitrary: fc.constantFrom(...TEXTS) },
    { weight: 1, arbitrary: fc.constantFrom(...UNSTORABLE_TEXTS) },
  );
}

const PARTS: readonly ((characters: string[], at: number) => string[])[] = [
  (characters) => characters,
  (characters, at) => characters.slice(0, at),
  (characters, at) => characters.slice(at),
  (characters, at) => characters.slice(at, at + 3),
];
const SPELLINGS: readonly ((text: string) => string)[] = [
  (text) => text,
  (text) => text,
  (text) => text.replace(/\n$/, ''),
  (text) => text.replace(/\n$/, ''),
  (text) => text.toUpperCase(),
  (text) => text.toLowerCase(),
];
