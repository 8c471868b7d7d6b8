import { describe, expect, test } from 'vitest';
import { type JsonObject, listQuery } from '../../src/query/index.ts';

const DOCUMENT: JsonObject = {
  aggregateId: 'a1',
  version: 2,
  tags: { team: ['core', 'payments'] },
  state: {
    status: 'FAILED',
    function: null,
    error: { errorCode: 'X', bindingErrors: [{ name: 'n', msg: 'm' }, 'scalar', {}, [{ name: 'inner' }, 1]] },
  },
};

function project(projection: JsonObject, document = DOCUMENT, result: 'document' | 'state' = 'document'): JsonObject {
  const context = { result, subject: 'snapshot', ownerId: '', spaceId: '', now: 0, zone: 'UTC', guard: false } as const;
  return listQuery({ condition: {}, projection }, context).project(document);
}

describe('a projection', () => {
  test.each<[what: string, projection: JsonObject, expected: JsonObject]>([
    ['is the whole document where nothing is named', {}, DOCUMENT],
    ['gives what is included and the id', { include: ['version'] }, { aggregateId: 'a1', version: 2 }],
    ['gives the id alone by either name', { include: ['_id'] }, { aggregateId: 'a1' }],
    ['takes a name twice', { include: ['version', 'version'] }, { aggregateId: 'a1', version: 2 }],
    [
      'keeps the parents of what is missing',
      { include: ['state.nope', 'nothing.at.all', 'tags.team.x'] },
      { aggregateId: 'a1', state: {}, tags: { team: [] } },
    ],
    [
      'drops a scalar on the way',
      { include: ['state.status.deep', 'state.function.name'] },
      { aggregateId: 'a1', state: {} },
    ],
    [
      'keeps every object of an array and drops its scalars',
      { include: ['state.error.bindingErrors.name'] },
      {
        aggregateId: 'a1',
        state: { error: { bindingErrors: [{ name: 'n' }, {}, [{ name: 'inner' }]] } },
      },
    ],
    ['leaves out what is excluded', { exclude: ['state', 'tags', 'nothing'] }, { aggregateId: 'a1', version: 2 }],
    [
      'excludes inside arrays and leaves scalars alone',
      { exclude: ['tags', 'version', 'state.error.bindingErrors.name', 'state.status.deep', 'state.function'] },
      {
        aggregateId: 'a1',
        state: { status: 'FAILED', error: { errorCode: 'X', bindingErrors: [{ msg: 'm' }, 'scalar', {}, [{}, 1]] } },
      },
    ],
  ])('%s', (_, projection, expected) => {
    expect(project(projection)).toEqual(expected);
  });

  test('takes no key of an object for one of JavaScript', () => {
    const document = JSON.parse('{"aggregateId":"a1","__proto__":{"x":1},"b":2}') as JsonObject;

    expect(JSON.stringify(project({ include: ['__proto__.x', 'constructor'] }, document))).toBe(
      '{"aggregateId":"a1","__proto__":{"x":1}}',
    );
  });

  test('of a state is written from the snapshot and leaves the state', () => {
    expect(project({ include: ['state.status'] }, DOCUMENT, 'state')).toEqual({ status: 'FAILED' });
    expect(() => project({ include: ['version'] }, DOCUMENT, 'state')).toThrow(
      expect.objectContaining({ code: 'BadRequest' }),
    );
  });

  test.each<[code: string, projection: JsonObject]>([
    ['IllegalState', { exclude: ['aggregateId'] }],
    ['IllegalState', { exclude: ['_id', 'state'] }],
    ['IllegalState', { include: ['version'], exclude: ['aggregateId'] }],
    ['BadRequest', { include: ['version'], exclude: ['state'] }],
    ['BadRequest', { include: ['version'], exclude: ['aggregateId', 'state'] }],
    ['BadRequest', { include: ['state', 'state.status'] }],
    ['BadRequest', { exclude: ['state.status', 'state'] }],
    ['BadRequest', { include: ['$where'] }],
    ['BadRequest', { include: ['a..b'] }],
    ['BadRequest', { include: [''] }],
    ['IllegalArgument', { include: 'version' }],
    ['IllegalArgument', { include: [1] }],
    ['IllegalArgument', { include: null }],
  ])('is refused as %s: %j', (code, projection) => {
    expect(() => project(projection)).toThrow(expect.objectContaining({ code }));
  });
});
