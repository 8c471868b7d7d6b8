import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { storeManyRecords } from '../support/many-records.ts';
import { monotonousTrace } from '../support/stack-trace.ts';
import { type QueryDoors, openQueryDoors } from '../support/query-doors.ts';
import { json } from './doors.ts';
import type { Received } from './send.ts';

const ENDPOINTS = [
  'snapshot/list',
  'snapshot/list/state',
  'snapshot/paged',
  'snapshot/paged/state',
  'snapshot/single',
  'snapshot/single/state',
  'snapshot/count',
  'event/list',
  'event/paged',
  'event/count',
];
const RECORDS = 30;
/** Nearly all that a body may have: 1 MiB. */
const SIZE = 1024 * 1024 - 1_000;
const HUGE = 'x'.repeat(SIZE);

let doors: QueryDoors;
beforeAll(async () => {
  doors = await openQueryDoors();
  await storeManyRecords(doors.store, RECORDS, [monotonousTrace(1)]);
});
afterAll(() => doors.close());

const post = (path: string, body: string | Uint8Array, headers: Record<string, string> = {}): Promise<Received> =>
  doors.send({
    method: 'POST',
    path: `/execution_failed/${path}`,
    headers: { 'Content-Type': 'application/json', ...headers },
    body,
  });

const where = (condition: unknown, more: object = {}): string => JSON.stringify({ condition, ...more, limit: 100 });
const field = (name: string, operator: string, value: unknown): string => where({ field: name, operator, value });

/** A body filled up with as many of these as there is room for. */
function full(before: string, item: (index: number) => string, after: string): string {
  const items: string[] = [];
  for (let size = 0; size < SIZE - 100; size += (items.at(-1)?.length ?? 0) + 1) items.push(item(items.length));
  return `${before}${items.join(',')}${after}`;
}

const values = (operator: string, name: string, item: (index: number) => string): string =>
  full(`{"condition":{"field":"${name}","operator":"${operator}","value":[`, item, ']},"limit":100}');
const children = (operator: string, item: (index: number) => string): string =>
  full(`{"condition":{"operator":"${operator}","children":[`, item, ']},"limit":100}');

function nested(operator: string, times: number): string {
  const opening = `{"field":"a","operator":"${operator}","children":[`;
  return `{"condition":${opening.repeat(times)}{"operator":"ID","value":"x"}${']}'.repeat(times)}}`;
}

/** How many records a list has, or the code of the error. */
type Answer = number | string;

const UNDECODABLE = 'IllegalArgument';

const TABLE: readonly (readonly [what: string, body: string | Uint8Array, answer: Answer])[] = [
  ['conditions 199 deep', nested('AND', 99), UNDECODABLE],
  ['conditions 499 deep', nested('NOR', 499), UNDECODABLE],
  ['conditions deeper than JSON may be', nested('AND', 600), UNDECODABLE],
  ['elements of elements', nested('ELEM_MATCH', 300), UNDECODABLE],
  ['a value 990 deep', `{"condition":{"field":"a","value":${'['.repeat(990)}${']'.repeat(990)}}}`, UNDECODABLE],
  ['100,000 ids', values('IDS', '', (index) => `"${index}"`), 0],
  ['100,000 texts in a column', values('IN', 'state.eventId.id', (index) => `"${index}"`), 0],
  ['100,000 texts anywhere', values('IN', 'state.function.name', (index) => `"${index}"`), 0],
  ['100,000 numbers that must not be', values('NOT_IN', 'a', (index) => String(index)), RECORDS],
  ['100,000 values that must all be', values('ALL_IN', 'tags.a', (index) => `"${index}"`), 0],
  ['20,000 conditions', children('AND', (index) => `{"operator":"ID","value":"${index}"}`), UNDECODABLE],
  ['300,000 empty conditions', children('OR', () => '{}'), UNDECODABLE],
  ['20,000 fields', children('NOR', (index) => `{"field":"f${index}","operator":"EQ","value":1}`), UNDECODABLE],
  [
    '20,000 fields to sort by',
    full('{"condition":{},"sort":[', (index) => `{"field":"f${index}","direction":"ASC"}`, ']}'),
    'BadRequest',
  ],
  ['80,000 fields to show', full('{"condition":{},"projection":{"include":[', (n) => `"f${n}"`, ']}}'), 10],
  ['80,000 fields to hide', full('{"condition":{},"projection":{"exclude":[', (n) => `"a.f${n}"`, ']}}'), 10],

  ['a text of 1 MiB', field('state.status', 'EQ', HUGE), 0],
  ['a text of 1 MiB in a column', field('state.eventId.id', 'EQ', HUGE), 0],
  ['an id of 1 MiB', where({ operator: 'ID', value: HUGE }), 0],
  ['a part of 1 MiB', where({ field: 'x', operator: 'CONTAINS', value: HUGE, options: { ignoreCase: true } }), 0],
  ['a field of 1 MiB', field(HUGE, 'EXISTS', true), 0],
  ['a field of 500,000 parts', field(`${'a.'.repeat(SIZE / 2)}a`, 'EQ', 1), UNDECODABLE],
  ['an operator of 1 MiB', field('x', HUGE, 1), UNDECODABLE],
  ['a zone of 1 MiB', where({ field: 'x', operator: 'TODAY', options: { zoneId: HUGE } }), 'BadRequest'],
  ['a pattern of 1 MiB', where({ field: 'x', operator: 'TODAY', options: { datePattern: HUGE } }), UNDECODABLE],

  ['NUL in a value', field('state.status', 'EQ', 'FAILED\0'), 0],
  ['NUL in a value of a list', field('state.status', 'IN', ['\0', { '\0': 1 }]), 0],
  ['NUL in a field', field('state\0', 'NULL', ''), RECORDS],
  ['NUL in a sort', where({}, { sort: [{ field: 'a\0', direction: 'ASC' }] }), RECORDS],
  ['NUL in a projection', where({}, { projection: { include: ['a\0'] } }), RECORDS],
  ['NUL in a zone', where({ field: 'x', operator: 'TODAY', options: { zoneId: 'U\0TC' } }), 'BadRequest'],
  ['half of a character as a value', '{"condition":{"operator":"ID","value":"\\ud800"}}', 0],
  ['half of a character as a part', '{"condition":{"field":"a","operator":"STARTS_WITH","value":"\\udc00"}}', 0],
  ['half of a character as a field', '{"condition":{"field":"\\ud800","operator":"EXISTS","value":true}}', 0],
  [
    'bytes that are not UTF-8',
    Buffer.concat([
      Buffer.from('{"condition":{"operator":"ID","value":"'),
      Buffer.from([0xff, 0xc0, 0xfe]),
      Buffer.from('"}}'),
    ]),
    0,
  ],

  ['__proto__ as a field', field('__proto__', 'EXISTS', true), 0],
  ['constructor as a field', field('constructor.name', 'EQ', 'Object'), 0],
  ['a field of every prototype below an object', field('state.toString', 'EXISTS', true), 0],
  ['__proto__ in a value', '{"condition":{"field":"tags","operator":"EQ","value":{"__proto__":{}}}}', 0],
  ['__proto__ in a sort', where({}, { sort: [{ field: '__proto__.x', direction: 'DESC' }] }), RECORDS],
  ['prototypes in a projection', where({}, { projection: { include: ['__proto__', 'constructor'] } }), RECORDS],
  ['prototypes left out', where({}, { projection: { exclude: ['__proto__.x', 'constructor'] } }), RECORDS],
  ['__proto__ as options', '{"condition":{"field":"x","operator":"TODAY","options":{"__proto__":{"zoneId":"?"}}}}', 0],
  ['__proto__ as the body', '{"__proto__":{"condition":{}}}', UNDECODABLE],
  ['constructor as an operator', field('x', 'constructor', 1), UNDECODABLE],
  ['constructor as a direction', where({}, { sort: [{ field: 'x', direction: 'constructor' }] }), UNDECODABLE],

  ['a number beyond 2^53', '{"condition":{"field":"version","operator":"EQ","value":9007199254740993}}', 0],
  [
    'a number of 30 digits',
    `{"condition":{"field":"version","operator":"LT","value":${'9'.repeat(30)}},"limit":100}`,
    RECORDS,
  ],
  ['1e400', '{"condition":{"field":"state.executeAt","operator":"LT","value":1e400},"limit":100}', RECORDS],
  ['-1e400', '{"condition":{"field":"state.retryState.timeoutAt","operator":"LTE","value":-1e400}}', 0],
  ['1e308 for a column', '{"condition":{"field":"state.retryState.timeoutAt","operator":"GT","value":1e308}}', 0],
  ['the least number', '{"condition":{"field":"version","operator":"LT","value":5e-324}}', 0],
  ['1e99 seconds of a day', field('eventTime', 'BEFORE_TODAY', 1e99), 'BadRequest'],
  ['days without end', field('eventTime', 'EARLIER_DAYS', 1e308), 0],
  ['a negative limit', '{"condition":{},"limit":-1}', UNDECODABLE],
  ['a limit beyond 32 bits', '{"condition":{},"limit":2147483648}', UNDECODABLE],
  ['an endless limit', '{"condition":{},"limit":1e400}', UNDECODABLE],
  ['the highest limit', '{"condition":{},"limit":2147483647}', RECORDS],
  ['a limit that is a word', '{"condition":{},"limit":"all"}', UNDECODABLE],

  ['a field of the original’s store', field('$where', 'EQ', 'sleep(9999)'), 'BadRequest'],
  ['a value of the original’s store', field('version', 'EQ', { $gt: 0 }), 0],
  ['a query of the original’s store', where({ operator: 'RAW', value: '{"$where":"1"}' }), UNDECODABLE],
  ['an expression as a part', field('state.error.errorMsg', 'CONTAINS', '(o+)+r.*'), 0],
  ['a pattern of SQL as a part', field('state.status', 'STARTS_WITH', '%'), 0],

  ['nothing but an opening brace', '{', UNDECODABLE],
  ['something behind the end', '{"condition":{}}x', UNDECODABLE],
  ['an array', '[{"condition":{}}]', UNDECODABLE],
  ['a number', '5', UNDECODABLE],
  ['a text', '"x"', UNDECODABLE],
  ['true', 'true', UNDECODABLE],
  ['no condition', '{}', UNDECODABLE],
  ['null for the condition', '{"condition":null}', UNDECODABLE],
  ['an array for the condition', '{"condition":[]}', UNDECODABLE],
  ['null for a child', where({ operator: 'AND', children: [null] }), UNDECODABLE],
  ['an object for the children', where({ operator: 'AND', children: {} }), UNDECODABLE],
  ['an object for the sort', where({}, { sort: {} }), UNDECODABLE],
  ['numbers for fields to show', where({}, { projection: { include: [1] } }), UNDECODABLE],
];

describe('a list of records', () => {
  test.each(TABLE)('with %s', async (_what, body, answer) => {
    const received = await post('snapshot/list', body);
    const list: unknown = JSON.parse(received.body);
    expect(Array.isArray(list) ? list.length : json(received)['errorCode']).toBe(answer);
    expect(received.status).toBe(typeof answer === 'number' ? 200 : 400);
  });
});

describe('every endpoint answers without a defect', () => {
  /** Whatever is quick to send, also as the bare condition that a count takes. */
  const bodies = TABLE.filter(([, body]) => body.length < 10_000).flatMap(([what, body]) => {
    const condition = typeof body === 'string' ? /^\{"condition":(.*?\})(,"limit".*)?\}$/s.exec(body)?.[1] : undefined;
    return [[what, body] as const, ...(condition === undefined ? [] : [[`${what}, bare`, condition] as const])];
  });

  test.each(ENDPOINTS)('%s', async (path) => {
    for (const [what, body] of bodies) {
      for (const headers of [{}, { Accept: 'text/event-stream' }]) {
        const received = await post(path, body, headers);
        expect([200, 400, 404], `${what}: ${received.body}`).toContain(received.status);
        expect(received.body, what).not.toContain('InternalServerError');
      }
    }
    expect(doors.logged.filter((line) => line.includes('"level":50'))).toEqual([]);
  });

  test.each(['snapshot/paged', 'event/paged'])('%s, whatever the page', async (path) => {
    for (const [pagination, status] of [
      [{ index: 2_147_483_647, size: 2_147_483_647 }, 200],
      [{ index: -5, size: -2_147_483_648 }, 200],
      [{ index: 0, size: 0 }, 200],
      [{ index: 1e300 }, 400],
      [{ size: '9'.repeat(40) }, 400],
      [{ size: [] }, 400],
      [[], 400],
      [null, 400],
    ] as const) {
      const received = await post(path, JSON.stringify({ condition: {}, pagination }));
      expect(received.status, JSON.stringify(pagination)).toBe(status);
    }
  });

  test('a body that is too large is refused as such, and told in a frame where frames are wanted', async () => {
    const received = await post('snapshot/list', 'x'.repeat(1024 * 1024 + 1));
    expect([received.status, json(received)['errorCode']]).toEqual([413, 'PayloadTooLarge']);
    const framed = await post('snapshot/list', 'x'.repeat(1024 * 1024 + 1), { Accept: 'text/event-stream' });
    expect(framed.body).toContain('event:PayloadTooLarge\n');
  });
});

describe('SQL is a text like any other', () => {
  const SQL = [
    `'; drop table redress.snapshot; --`,
    `x' or '1'='1`,
    `") or true --`,
    `\\'; select pg_sleep(60); --`,
    '$1',
    '$$; truncate redress.event_stream; $$',
    '/*',
    '%s\u2028{0}${1}',
  ];

  const POSITIONS: Readonly<Record<string, (sql: string) => string>> = {
    'a field': (sql) => field(sql, 'EXISTS', true),
    'a part of a field': (sql) => field(`state.${sql.replaceAll('.', '')}`, 'EQ', 1),
    'an operator': (sql) => field('version', sql, 1),
    'a value': (sql) => field('state.status', 'EQ', sql),
    'a value of a list': (sql) => field('state.eventId.id', 'IN', [sql, [sql], { [sql]: sql }]),
    'a part of a text': (sql) => field('state.error.errorMsg', 'CONTAINS', sql),
    'an id': (sql) => where({ operator: 'ID', value: sql }),
    'an element': (sql) =>
      where({ operator: 'ELEM_MATCH', field: 'tags.x', children: [{ field: sql, operator: 'EQ', value: sql }] }),
    'a zone': (sql) => where({ field: 'eventTime', operator: 'TODAY', options: { zoneId: sql } }),
    'a pattern': (sql) => where({ field: 'state.id', operator: 'TODAY', options: { datePattern: sql } }),
    'a sort': (sql) => where({ operator: 'ID', value: 'x' }, { sort: [{ field: sql, direction: 'ASC' }] }),
    'a direction': (sql) => where({}, { sort: [{ field: 'version', direction: sql }] }),
    'a limit': (sql) => JSON.stringify({ condition: {}, limit: sql }),
    'a field to show': (sql) => where({ operator: 'ID', value: 'x' }, { projection: { include: [sql] } }),
    'a field to hide': (sql) => where({ operator: 'ID', value: 'x' }, { projection: { exclude: [sql] } }),
  };

  test.each(Object.entries(POSITIONS))('as %s', async (_position, body) => {
    for (const sql of SQL) {
      for (const path of ['snapshot/list', 'event/list']) {
        const received = await post(path, body(sql));
        // It is refused as the word it is not, or looked for and not found.
        if (received.status === 200) expect(received.body, sql).toBe('[]');
        else
          expect([received.status, received.headers['wow-error-code']], sql).toEqual([
            400,
            expect.stringMatching(/^(IllegalArgument|BadRequest)$/),
          ]);
      }
    }
  });

  test.each(['Command-Owner-Id', 'Wow-Space-Id', 'CoSec-Space-Id'])('as the header %s', async (name) => {
    for (const sql of SQL.slice(0, -1)) expect((await post('snapshot/count', '{}', { [name]: sql })).body).toBe('0');
  });

  afterAll(async () => {
    expect(await doors.store.sql('select count(*)::int as count from redress.snapshot')).toEqual([{ count: RECORDS }]);
  });
});
