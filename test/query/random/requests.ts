import fc from 'fast-check';
import type { Request } from '../evaluator/answer.ts';
import type { Json, JsonObject } from '../evaluator/json.ts';
import { conditions } from './conditions.ts';
import { faultyBodies } from './faults.ts';
import type { Harvest } from './harvest.ts';
import { CLOCK } from './values.ts';

/** Shortly before and after the change to winter time in New York, at the end of a month, and in the small hours. */
const NOWS = [CLOCK, CLOCK, Date.parse('2025-11-02T05:59:59.999Z'), Date.parse('2025-08-31T23:30:00.001Z')];
const ZONES = ['UTC', 'UTC', 'Asia/Shanghai', 'America/New_York'];

export interface Subject {
  readonly subject: Request['subject'];
  readonly found: Harvest;
  readonly ids: readonly string[];
}

/** Aliases, and what no document has. */
const UNFOUND = [
  'aggregateId',
  '_id',
  'id',
  'nope',
  'state.nope',
  'state.processor.contextName',
  'state.\u0000',
  '\ud83d',
];

type Kind = Pick<Request, 'operation' | 'result'>;

/** Queries over the documents that were harvested; about one in eight has one thing wrong with it. */
export function requests({ subject, found, ids }: Subject): fc.Arbitrary<Request> {
  const condition = conditions(found, ids);
  const names = [...UNFOUND, ...found.values.map(({ field }) => field), ...found.fields.map(({ field }) => field)];
  const fields = fc.constantFrom(...names.filter(usable));
  return fc.constantFrom(...KINDS[subject]).chain((kind) => {
    const sound = body(kind, condition, fields);
    return fc.record({
      subject: fc.constant(subject),
      operation: fc.constant(kind.operation),
      result: fc.constant(kind.result),
      body: fc.oneof(
        { weight: 7, arbitrary: sound },
        { weight: 1, arbitrary: faultyBodies(kind.operation, condition) },
      ),
      ownerId: fc.constantFrom('', '', '', '', 'ops-a'),
      spaceId: fc.constantFrom('', '', '', '', 'space-1'),
      now: fc.constantFrom(...NOWS),
      zone: fc.constantFrom(...ZONES),
    });
  });
}

const EVENT_KINDS: readonly Kind[] = [
  { operation: 'list', result: 'document' },
  { operation: 'list', result: 'document' },
  { operation: 'paged', result: 'document' },
  { operation: 'count', result: 'document' },
];
const KINDS: Readonly<Record<Request['subject'], readonly Kind[]>> = {
  event_stream: EVENT_KINDS,
  snapshot: [
    ...EVENT_KINDS,
    { operation: 'single', result: 'document' },
    { operation: 'list', result: 'state' },
    { operation: 'paged', result: 'state' },
    { operation: 'single', result: 'state' },
  ],
};

/** Names that sorting and projecting take; those with a `$` or nothing between dots are faults. */
const usable = (field: string): boolean => !field.split('.').some((part) => part === '' || part.startsWith('$'));

function body(
  { operation, result }: Kind,
  condition: fc.Arbitrary<JsonObject>,
  field: fc.Arbitrary<string>,
): fc.Arbitrary<JsonObject> {
  if (operation === 'count') return condition;
  const own: Readonly<Record<string, fc.Arbitrary<Json>>> =
    operation === 'list' ? { limit } : operation === 'paged' ? { pagination } : {};
  return fc.record(
    { condition, sort: sort(field), projection: projection(field, result), ...own },
    { requiredKeys: ['condition'] },
  );
}

const limit: fc.Arbitrary<Json> = fc.oneof(
  fc.integer({ min: 0, max: 70 }),
  fc.constantFrom<Json>(0, '10', 3.7, 2_147_483_647),
);

const pagination = fc.record(
  {
    index: fc.oneof(
      { weight: 4, arbitrary: fc.integer({ min: -1, max: 5 }) },
      fc.constantFrom<Json>('2', 2_147_483_647),
    ),
    size: fc.oneof(
      { weight: 4, arbitrary: fc.integer({ min: -5, max: 20 }) },
      fc.constantFrom<Json>('7', 2_147_483_647),
    ),
  },
  { requiredKeys: [] },
);

const sort = (field: fc.Arbitrary<string>): fc.Arbitrary<Json> =>
  fc.array(fc.record({ field, direction: fc.constantFrom<Json>('ASC', 'DESC', 'desc', 0, 1) }), { maxLength: 3 });

/** `/state` needs its state, so that is mostly left. */
function projection(field: fc.Arbitrary<string>, result: Request['result']): fc.Arbitrary<JsonObject> {
  const chosen = fc.array(field, { maxLength: 4 });
  const include = result === 'document' ? chosen : fc.oneof(chosen, fc.constant(['state']), chosen.map(onlyOfState));
  const fields = (name: string): fc.Arbitrary<JsonObject> =>
    (name === 'include' ? include : chosen).map((names) => ({ [name]: names }));
  return fc.oneof(
    { weight: 6, arbitrary: fields('include') },
    { weight: 4, arbitrary: fields('exclude') },
    {
      weight: 1,
      arbitrary: fc.tuple(fields('include'), fields('exclude')).map(([one, other]) => ({ ...one, ...other })),
    },
  );
}

const onlyOfState = (fields: readonly string[]): string[] => fields.filter((name) => name.startsWith('state.'));
