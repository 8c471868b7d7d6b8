import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { deployScript, readScriptRequest } from '../../../src/http/bi/index.ts';
import { type Doors, json, openDoors } from '../doors.ts';
import { created, sections, skeleton, statements } from './clickhouse.ts';

let doors: Doors;
beforeAll(async () => {
  doors = await openDoors();
});
afterAll(() => doors.close());

const PATH = '/wow/bi/script';

const recorded = (name: string): string => readFileSync(new URL(`recorded-${name}.sql`, import.meta.url), 'utf8');

const scriptFor = (request: object): string => deployScript(readScriptRequest(request)).script;

const get = (headers: Record<string, string> = {}) => doors.send({ path: PATH, headers });
const post = (body: unknown, headers: Record<string, string> = {}) => doors.sendJson('POST', PATH, body, headers);

const ROOT = '"bi_db"."compensation_execution_failed_state_last_root"';
const ITEMS = '"bi_db"."compensation_execution_failed_state_last_root_error__binding_errors"';
/** The parts of the id of the aggregate whose event failed, by the keys that they have in the state. */
const AGGREGATE_ID = ['aggregate_id', 'aggregate_name', 'context_name', 'tenant_id'];

describe('the script of 8.10.10', () => {
  test.each([
    ['8.10.10', {}],
    ['8.10.10-standalone', { topology: { mode: 'STANDALONE' } }],
  ])('makes what the recorded one makes, in the same sections: %s', (name, request) => {
    const theirs = recorded(name);
    const ours = scriptFor(request);
    expect(sections(ours)).toEqual(sections(theirs));
    const more = AGGREGATE_ID.map((column) => `"event_id__aggregate_id__${column}"`);
    const expected = created(theirs).map((object) =>
      [ROOT, ITEMS].includes(object.name) ? { ...object, columns: [...object.columns, ...more].sort() } : object,
    );
    expect(created(ours)).toEqual(expected);
  });

  test('registers each object twice, first as pending, then as active', () => {
    const rows = (script: string): unknown[] =>
      [...script.matchAll(/^\('\w{32}', '(\w+)', '(.*?)', '(.*?)', '(\w+)', .*?, (\d+), '(\w+)', /gm)].map((row) =>
        row.slice(1),
      );
    const theirs = rows(recorded('8.10.10').replaceAll(/^ +/gm, ''));
    expect(theirs).toHaveLength(36);
    expect(rows(scriptFor({}))).toEqual(theirs);
  });

  test('can be run again: nothing that is there already stops it or is lost', () => {
    for (const statement of statements(scriptFor({}))) {
      expect(statement).toMatch(
        /^(CREATE DATABASE IF NOT EXISTS|CREATE TABLE IF NOT EXISTS|CREATE MATERIALIZED VIEW IF NOT EXISTS|CREATE OR REPLACE VIEW|INSERT INTO) /,
      );
    }
  });

  test('uses the names that are wanted', () => {
    const script = scriptFor({
      database: 'd1',
      consumerDatabase: 'd2',
      timezone: 'UTC',
      kafkaBootstrapServers: 'k:9092',
      topicPrefix: 't.',
      topology: { mode: 'CLUSTER', cluster: { name: 'c1', installation: 'i1' } },
    });
    expect(script).toContain(`CREATE DATABASE IF NOT EXISTS "d2" ON CLUSTER 'c1';`);
    expect(script).toContain(`Kafka('k:9092', 't.compensation.execution_failed.state', 'wow-bi.`);
    expect(script).toContain(`('/clickhouse/i1/c1/tables/{shard}/{database}/{table}', '{replica}', "version")`);
    expect(script).toContain(`ENGINE = Distributed('c1', "d1", 'compensation_execution_failed_state_store_local',`);
    expect(script).toContain(`"create_time" DateTime64(3, 'UTC')`);
    expect(script).not.toMatch(/bi_db|\{cluster\}|\{installation\}|Shanghai|localhost/);
  });

  test('reads the topics in another consumer group once it is for something else', () => {
    const group = (request: object): string => /wow-bi\.\w{32}\.\w+_state_consumer/.exec(scriptFor(request))?.[0] ?? '';
    expect(group({})).toBe(group({ timezone: null }));
    expect(group({})).not.toBe(group({ topicPrefix: 't.' }));
    expect(group({})).not.toBe(group({ database: 'other' }));
  });

  test('keeps every name and text of a request inside its quotes', () => {
    const plain = skeleton(scriptFor({ topology: { mode: 'CLUSTER', cluster: { name: 'c', installation: 'i' } } }));
    const text = fc
      .oneof(
        fc.string({ unit: 'binary' }),
        fc.string({ unit: fc.constantFrom("'", '"', '\\', '`', ';', '-', '/', '*', 'a', ' ') }),
      )
      .filter((value) => value.trim() !== '' && !/\p{Cc}/u.test(value));
    const request = fc.record({
      database: text,
      consumerDatabase: text,
      timezone: text,
      kafkaBootstrapServers: text,
      topicPrefix: text,
      topology: fc.record({ mode: fc.constant('CLUSTER'), cluster: fc.record({ name: text, installation: text }) }),
    });
    fc.assert(
      fc.property(request, (nasty) => {
        expect(skeleton(scriptFor(nasty))).toBe(plain);
      }),
      { numRuns: 50 },
    );
  });

  test('expands the state as deep as is wanted and says what stays JSON', () => {
    const { script, diagnostics } = deployScript(readScriptRequest({ maxExpansionDepth: 2 }));
    const names = created(script).map(({ name }) => name);
    expect([names.includes(ROOT), names.includes(ITEMS)]).toEqual([true, false]);
    expect(script).toContain('AS "error__error_code"');
    expect(script).not.toContain('"event_id__aggregate_id__tenant_id"');
    expect(diagnostics.map(({ code, path }) => [code, path])).toContainEqual([
      'RAW_JSON_FALLBACK',
      'eventId.aggregateId',
    ]);

    const flat = deployScript(readScriptRequest({ maxExpansionDepth: 1 }));
    expect(flat.script).toContain(`JSONExtractRaw("__source"."state", 'error') AS "error"`);
    expect(flat.diagnostics.filter(({ code }) => code === 'RAW_JSON_FALLBACK').map(({ path }) => path)).toEqual([
      'error',
      'eventId',
      'function',
      'retrySpec',
      'retryState',
    ]);
  });

  test('has no JSON beside columns where that is not wanted', () => {
    const { script, diagnostics } = deployScript(readScriptRequest({ unsupportedTypeStrategy: 'FAIL' }));
    const columns = created(script).find(({ name }) => name === ROOT)?.columns;
    expect(columns).toContain('"event_id__aggregate_id__tenant_id"');
    expect(columns).not.toContain('"event_id__aggregate_id"');
    expect(diagnostics.map(({ code }) => code)).not.toContain('RAW_JSON_FALLBACK');
    expect(() => deployScript(readScriptRequest({ unsupportedTypeStrategy: 'FAIL', maxExpansionDepth: 2 }))).toThrow(
      'Unsupported property [eventId.aggregateId]',
    );
  });
});

describe('a request for it', () => {
  test('is answered with SQL, or with JSON that holds it', async () => {
    const sql = await post({});
    expect([sql.status, sql.headers['content-type'], sql.headers['wow-bi-diagnostic-count']]).toEqual([
      200,
      'application/sql',
      '3',
    ]);
    expect(sql.headers['wow-error-code']).toBeUndefined();
    const received = await post({}, { Accept: 'application/json' });
    expect([received.headers['content-type'], received.headers['wow-bi-diagnostic-count']]).toEqual([
      'application/json',
      '3',
    ]);
    expect(json(received)).toMatchObject({ script: sql.body, destructive: false });
    expect((json(received)['diagnostics'] as object[]).map((diagnostic) => Object.keys(diagnostic).join())).toEqual(
      Array(3).fill('code,aggregate,path,sourceType,decision,message'),
    );
    const standalone = await post({ topology: { mode: 'standalone' }, unknown: 1 });
    expect(standalone.headers['wow-bi-diagnostic-count']).toBe('2');
  });

  test.each([
    [{ operation: 'RESET' }, 'replayFromEarliestConfirmed is required for RESET'],
    [{ operation: 'RESET', replayFromEarliestConfirmed: true }, 'RESET requires an available BI deployment inspection'],
    [{ replayFromEarliestConfirmed: false }, 'replayFromEarliestConfirmed is only valid for RESET'],
    [{ topology: { mode: 'STANDALONE', cluster: {} } }, 'topology.cluster must not be configured in STANDALONE mode'],
    [{ maxExpansionDepth: 0 }, 'maxExpansionDepth must be greater than or equal to 1'],
    [{ maxExpansionDepth: 6 }, 'maxExpansionDepth must be less than or equal to the configured maximum of 5'],
    [{ database: ' ' }, 'database must not be blank'],
    [{ topicPrefix: '' }, 'topicPrefix must not be blank'],
    [{ timezone: 'a\nb' }, 'timezone must not contain control characters'],
    [
      { topology: { mode: 'CLUSTER', cluster: { name: '\u0000' } } },
      'topology.cluster.name must not contain control characters',
    ],
    [null, 'BI script request body must not be empty'],
  ])('is refused for what it says: %j', async (body, message) => {
    const received = await post(body);
    expect([received.status, json(received)]).toEqual([
      400,
      { errorCode: 'IllegalArgument', errorMsg: message, succeeded: false },
    ]);
  });

  test.each([
    { operation: 'X' },
    { operation: { type: 'DEPLOY' } },
    { topology: {} },
    { database: 1 },
    { maxExpansionDepth: 1.5 },
    [],
    'text',
  ])('is refused for its shape: %j', async (body) => {
    const received = await post(body);
    expect([received.status, json(received)['errorMsg']]).toEqual([
      400,
      '400 BAD_REQUEST "Failed to read HTTP message"',
    ]);
    expect(received.body).toContain('JSON decoding error: ');
  });

  test('is refused without a body, as another content type and for another answer', async () => {
    expect(json(await doors.send({ method: 'POST', path: PATH }))['errorMsg']).toBe(
      'BI script request body must not be empty',
    );
    const headers = { 'Content-Type': 'text/plain' };
    expect((await doors.send({ method: 'POST', path: PATH, headers, body: '{}' })).status).toBe(415);
    for (const Accept of ['text/plain', 'text/event-stream']) expect((await post({}, { Accept })).status).toBe(406);
    expect((await doors.send({ method: 'PUT', path: PATH })).status).toBe(404);
  });
});

describe('the script of 6.0.9', () => {
  test('makes what the recorded one makes, in the same sections, but for the keys of the aggregate id', async () => {
    const { status, body, headers } = await get();
    expect([status, headers['content-type'], headers['wow-error-code']]).toEqual([200, 'application/sql', undefined]);
    const theirs = recorded('6.0.9');
    expect(sections(body)).toEqual(sections(theirs));
    expect(statements(body).filter((statement) => /^(DROP|CREATE DATABASE)/.test(statement))).toEqual(
      statements(theirs).filter((statement) => /^(DROP|CREATE DATABASE)/.test(statement)),
    );
    const expected = created(theirs).map((object) => {
      const kept = object.columns.filter((column) => !column.startsWith('event_id__aggregate_id__'));
      const isExpansion = kept.length < object.columns.length;
      const more = isExpansion ? AGGREGATE_ID.map((column) => `event_id__aggregate_id__${column}`) : [];
      return { ...object, columns: [...kept, ...more].sort() };
    });
    expect(created(body)).toEqual(expected);
  });

  test.each(['STRING', 'string'])('keeps headers as text for %s', async (type) => {
    const { body } = await get({ 'Wow-BI-Header-Sql-Type': type });
    expect(body).toContain('header String');
    expect(body).toContain(`JSONExtract(data, 'header', 'String') AS header`);
    expect(body).not.toContain('Map(String, String)');
  });

  test('is refused for another type of headers, and as another type of content', async () => {
    const received = await get({ 'Wow-BI-Header-Sql-Type': 'bogus' });
    expect([received.status, json(received)['errorMsg']]).toEqual([
      400,
      'No enum constant me.ahoo.wow.bi.MessageHeaderSqlType.BOGUS',
    ]);
    expect((await get({ Accept: 'application/json' })).status).toBe(404);
  });
});
