import fc from 'fast-check';
import type { Request } from '../evaluator/answer.ts';
import type { Json, JsonObject } from '../evaluator/json.ts';

/** Conditions that are refused, wherever they stand. */
const REFUSED: readonly Json[] = [
  ...[null, [], 'ALL', 1],
  ...['AND', 'OR', 'NOR'].flatMap((operator) => [
    { operator },
    { operator, children: [] },
    { operator, children: [null] },
  ]),
  ...['LIKE', '', 'A ND', null, [], 43, -1].map((operator) => ({ field: 'version', operator, value: 1 })),
  ...[null, {}, [], true].map((field) => ({ field, operator: 'EQ', value: 1 })),
  ...[null, {}, 'x'].map((children) => ({ field: 'version', operator: 'EQ', value: 1, children })),
  ...[null, [], 'x'].map((options) => ({ field: 'version', operator: 'EQ', value: 1, options })),
  ...['EQ', 'NULL', 'ALL', 'TODAY', 'DELETED', 'ID'].map((operator) => ({ field: 'version', operator, value: null })),
  ...['EQ', 'NE', 'IN', 'CONTAINS', 'NULL', 'EXISTS', 'TODAY', 'ELEM_MATCH'].map((operator) => ({
    field: '$where',
    operator,
    value: ({ IN: [1], CONTAINS: 'x', EXISTS: true } as const)[operator] ?? 1,
    children: [{ field: 'a' }],
  })),
  ...['IN', 'NOT_IN', 'ALL_IN', 'IDS', 'AGGREGATE_IDS', 'BETWEEN'].flatMap((operator) =>
    [{}, { value: 'x' }, { value: 1 }, { value: { 0: 1, 1: 2 } }].map((value) => ({
      field: 'version',
      operator,
      ...value,
    })),
  ),
  ...[[], [1]].map((value) => ({ field: 'version', operator: 'BETWEEN', value })),
  ...['CONTAINS', 'STARTS_WITH', 'ENDS_WITH'].flatMap((operator) =>
    [1, true, ['x'], {}].map((value) => ({ field: 'version', operator, value })),
  ),
  ...[{}, { value: 'true' }, { value: 1 }, { value: [true] }].map((value) => ({
    field: 'version',
    operator: 'EXISTS',
    ...value,
  })),
  ...['RECENT_DAYS', 'EARLIER_DAYS'].flatMap((operator) =>
    [{}, { value: '2' }, { value: true }, { value: [2] }].map((value) => ({ field: 'eventTime', operator, ...value })),
  ),
  ...['', 'x', '24:00', '12', '12:60', '1:00', '12:00 ', -1, 86_400, true, [], {}].map((value) => ({
    field: 'eventTime',
    operator: 'BEFORE_TODAY',
    value,
  })),
  ...['Mars/Base', '', ' ', 'asia/shanghai', '+19:00', '08:00', '+8:00', 'Asia', '+08:60'].map((zoneId) => ({
    field: 'eventTime',
    operator: 'TODAY',
    options: { zoneId },
  })),
  ...['yyyy-bb', "yyyy'", '{yyyy}', 'f'].map((datePattern) => ({
    field: 'eventTime',
    operator: 'TODAY',
    options: { datePattern },
  })),
  ...[{}, ...['', 'MAYBE', 'true', 1, ['ALL'], {}].map((value) => ({ value }))].map((value) => ({
    operator: 'DELETED',
    ...value,
  })),
  ...[
    { field: 'body', operator: 'ELEM_MATCH' },
    { field: 'body', operator: 'ELEM_MATCH', children: [] },
  ],
  ...[
    { operator: 'RAW', value: {} },
    { operator: 'raw', value: '{}' },
    { field: 'version', operator: 'MATCH', value: 'x' },
  ],
];

/** Members of a query beside its condition that are refused. */
const REFUSED_MEMBERS: readonly JsonObject[] = [
  ...[null, {}, 'x', [null], ['version'], [{}], [{ field: 'version' }], [{ direction: 'ASC' }]].map((sort) => ({
    sort,
  })),
  ...[{ direction: 'UP' }, { direction: 2 }, { direction: null }, { field: '' }, { field: null }, { field: [] }].map(
    (wrong) => ({
      sort: [{ field: 'version', direction: 'ASC', ...wrong }],
    }),
  ),
  ...['$x', 'state.', '.', 'state..id'].map((field) => ({ sort: [{ field, direction: 'ASC' }] })),
  ...[null, [], 'state', { include: null }, { exclude: null }, { include: 'state' }, { include: [null] }].map(
    (projection) => ({ projection }),
  ),
  ...[{ include: ['$x'] }, { exclude: ['$x'] }, { include: [''] }, { exclude: ['a..b'] }].map((projection) => ({
    projection,
  })),
  ...[
    ['state', 'state.status'],
    ['state.status', 'state'],
    ['a.b', 'version', 'a'],
  ].flatMap((fields) => [{ projection: { include: fields } }, { projection: { exclude: fields } }]),
  { projection: { include: ['version'], exclude: ['state'] } },
];

const NO_INTEGERS: readonly Json[] = [null, true, 'x', [], {}, 2_147_483_648, -2_147_483_649, '2147483648'];
const REFUSED_LIMITS: readonly JsonObject[] = [...NO_INTEGERS, -1, '-1'].map((limit) => ({ limit }));
const REFUSED_PAGES: readonly JsonObject[] = [
  ...[null, [], 'x', 1].map((pagination) => ({ pagination })),
  ...NO_INTEGERS.flatMap((value) => [{ pagination: { index: value } }, { pagination: { size: value } }]),
];

/** Bodies with exactly one fault, so that nobody has to say which of two comes first. */
export function faultyBodies(operation: Request['operation'], sound: fc.Arbitrary<JsonObject>): fc.Arbitrary<Json> {
  const condition = faultyCondition(sound);
  // Null for a body is no body, and up to the endpoint.
  if (operation === 'count') return condition.map((wrong) => wrong ?? []);
  const members = [
    ...REFUSED_MEMBERS,
    ...(operation === 'list' ? REFUSED_LIMITS : operation === 'paged' ? REFUSED_PAGES : []),
  ];
  return fc.oneof(
    { weight: 4, arbitrary: condition.map((wrong): Json => ({ condition: wrong })) },
    { weight: 4, arbitrary: fc.constantFrom(...members).map((wrong): Json => ({ condition: {}, ...wrong })) },
    { weight: 1, arbitrary: fc.constantFrom<Json>({}, [], 'x', 1, true) },
  );
}

function faultyCondition(sound: fc.Arbitrary<JsonObject>): fc.Arbitrary<Json> {
  const wrong = fc.constantFrom(...REFUSED);
  const among = fc.record({
    operator: fc.constantFrom('AND', 'OR', 'NOR'),
    before: fc.array(sound, { maxLength: 1 }),
    wrong,
    after: fc.array(sound, { maxLength: 1 }),
  });
  return fc.oneof(
    wrong,
    among.map(({ operator, before, wrong: child, after }): Json => ({
      operator,
      children: [...before, child, ...after],
    })),
    wrong.map((child): Json => ({ field: 'body', operator: 'ELEM_MATCH', children: [child] })),
  );
}
