import { describe, expect, test } from 'vitest';
import { type JsonValue, type QueryContext, countQuery, listQuery, pagedQuery } from '../../src/query/index.ts';

const CONTEXT: QueryContext = {
  subject: 'snapshot',
  result: 'document',
  ownerId: '',
  spaceId: '',
  now: 0,
  zone: 'UTC',
  guard: false,
};

const nested = (depth: number): JsonValue =>
  depth === 0 ? { operator: 'ALL' } : { operator: 'NOR', children: [nested(depth - 1)] };

const many = (count: number): JsonValue => ({ operator: 'OR', children: Array.from({ length: count }, () => ({})) });

describe('a body', () => {
  test.each([undefined, null])('that is missing (%s) is an empty query', (body) => {
    expect(listQuery(body, CONTEXT)).toMatchObject({ limit: 10 });
    expect(pagedQuery(body, CONTEXT)).toMatchObject({ limit: 10 });
    expect(countQuery(body, CONTEXT)).toEqual(countQuery({}, CONTEXT));
  });

  test.each<[what: string, body: JsonValue]>([
    ['an array', []],
    ['a text', 'x'],
    ['without a condition', {}],
    ['with a condition that is null', { condition: null }],
    ['with a condition that is a text', { condition: 'x' }],
    ['with an operator that is null', { condition: { operator: null } }],
    ['with an operator that nobody knows', { condition: { operator: 'constructor' } }],
    ['with an operator beyond the last', { condition: { operator: 43 } }],
    ['with a value that is null', { condition: { field: 'version', operator: 'EQ', value: null } }],
    ['with children that are no conditions', { condition: { operator: 'AND', children: [null] } }],
    ['with options that are a list', { condition: { options: [] } }],
    ['with a sort without direction', { condition: {}, sort: [{ field: 'version' }] }],
    ['with a limit that is no number', { condition: {}, limit: true }],
    ['with a limit beyond 32 bits', { condition: {}, limit: 2 ** 31 }],
    ['nested too deeply', { condition: nested(150) }],
    ['with too many conditions', { condition: many(1_000) }],
    ['with a value nested too deeply', { condition: { value: nested(150) } }],
  ])('%s cannot be read', (_, body) => {
    expect(() => listQuery(body, CONTEXT)).toThrow(
      expect.objectContaining({
        code: 'IllegalArgument',
        message: '400 BAD_REQUEST "Failed to read HTTP message"',
        bindingErrors: [{ name: 'body', msg: expect.stringContaining('JSON decoding error: ') }],
      }),
    );
  });

  test('is refused, whatever its depth, before anything walks down into it', () => {
    const deep = JSON.parse(`${'{"children":['.repeat(100_000)}${']}'.repeat(100_000)}`) as JsonValue;

    expect(() => countQuery(deep, CONTEXT)).toThrow(expect.objectContaining({ code: 'IllegalArgument' }));
  });

  test('takes operators and directions in any letter case or by their place, and numbers as texts', () => {
    const spelled = { condition: { operator: 'eq', field: 'version', value: 1 }, limit: '2' };
    const numbered = { condition: { operator: 12, field: 'version', value: 1 }, limit: 2.9 };

    expect(listQuery({ ...spelled, sort: [{ field: 'version', direction: 'desc' }] }, CONTEXT).rows).toEqual(
      listQuery({ ...numbered, sort: [{ field: 'version', direction: 1 }] }, CONTEXT).rows,
    );
  });
});

describe('a page', () => {
  test.each([
    [
      { index: 3, size: 5 },
      { limit: 5, values: [5, 10] },
    ],
    [
      { index: 0, size: 5 },
      { limit: 5, values: [5] },
    ],
    [
      { index: -7, size: 5 },
      { limit: 5, values: [5] },
    ],
    [
      { index: 9, size: -5 },
      { limit: 5, values: [5] },
    ],
    [
      { index: 9, size: 0 },
      { limit: null, values: [] },
    ],
    [
      { index: 2_000_000_000, size: 2_000_000_000 },
      { limit: 0, values: [0] },
    ],
  ])('%j', (pagination, { limit, values }) => {
    const query = pagedQuery({ condition: {}, pagination }, { ...CONTEXT, subject: 'event_stream' });

    expect(query.limit).toBe(limit);
    expect(query.rows.values.slice(2)).toEqual(values);
  });
});

describe('a statement', () => {
  const HOSTILE = `'; drop table redress.snapshot; -- $1 {"\\`;

  test('has every word of a caller among its values', () => {
    const { rows, total } = pagedQuery(
      {
        condition: {
          operator: 'AND',
          children: [
            { operator: 'EQ', field: HOSTILE, value: HOSTILE },
            { operator: 'CONTAINS', field: 'state.function.processorName', value: HOSTILE },
            { operator: 'IN', field: 'ownerId', value: [HOSTILE, { [HOSTILE]: 1 }] },
            {
              operator: 'ELEM_MATCH',
              field: HOSTILE,
              children: [{ operator: 'GT', field: HOSTILE, value: [HOSTILE] }],
            },
          ],
        },
        sort: [{ field: HOSTILE, direction: 'ASC' }],
      },
      CONTEXT,
    );

    expect(rows.text).not.toContain('drop');
    expect(total.text).not.toContain('drop');
  });

  test.each(['$where', 'a.$b', '', 'a..b'])('is not made from a sort by "%s"', (field) => {
    expect(() => listQuery({ condition: {}, sort: [{ field, direction: 'ASC' }] }, CONTEXT)).toThrow(
      expect.objectContaining({ code: 'BadRequest' }),
    );
  });

  test('is not sorted by more than 32 fields', () => {
    const sort = Array.from({ length: 33 }, (_, index) => ({ field: `f${index}`, direction: 'ASC' }));

    expect(() => listQuery({ condition: {}, sort }, CONTEXT)).toThrow(expect.objectContaining({ code: 'BadRequest' }));
  });
});
