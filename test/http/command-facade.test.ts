import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { COMMAND_BODY_TYPES } from '../../src/domain/index.ts';
import { CREATE, type Doors, json, openDoors, refused } from './doors.ts';

let doors: Doors;
beforeAll(async () => {
  doors = await openDoors();
});
afterAll(() => doors.close());

const API = 'me.ahoo.wow.compensation.api';
const DELETE = 'me.ahoo.wow.api.command.DefaultDeleteAggregate';
const AGGREGATE = {
  'Command-Aggregate-Context': 'compensation-service',
  'Command-Aggregate-Name': 'execution_failed',
};

const send = (type: string, body: unknown, headers: Record<string, string> = {}) =>
  doors.sendJson('POST', '/wow/command/send', body, { 'Command-Type': type, ...headers });

const ID = '0UvW2Apk0001002';
const FUNCTION = { functionKind: 'EVENT', contextName: 'a', processorName: 'b', name: 'c' };

describe('the facade', () => {
  test.each([
    ['prepare_compensation', {}],
    ['force_prepare_compensation', {}],
    ['apply_execution_success', { executeAt: 2 }],
    ['apply_execution_failed', { error: { errorCode: 'E', errorMsg: '', stackTrace: '' }, executeAt: 1 }],
    ['apply_retry_spec', { maxRetries: 1, minBackoff: 2, executionTimeout: 3 }],
    ['change_function', FUNCTION],
    ['mark_recoverable', { recoverable: 'RECOVERABLE' }],
  ] as const)('sends %s to the record that its body names', async (name, body) => {
    const received = await send(COMMAND_BODY_TYPES[name], { id: ID, ...body }, { 'Command-Aggregate-Id': 'another' });
    expect([received.status, received.headers['wow-error-code'], json(received)['stage']]).toEqual([
      200,
      'Ok',
      'PROCESSED',
    ]);
    expect(doors.asked.at(-1)?.command).toMatchObject({ name, aggregateId: ID, body });
  });

  test.each([
    ['default_delete_aggregate', {}],
    ['default_recover_aggregate', {}],
    ['default_apply_resource_tags', { tags: { a: ['b'] } }],
  ] as const)('sends %s to the record that a header names', async (name, body) => {
    const received = await send(COMMAND_BODY_TYPES[name], body, { ...AGGREGATE, 'Command-Aggregate-Id': ID });
    expect(received.status).toBe(200);
    expect(doors.asked.at(-1)?.command).toMatchObject({ name, aggregateId: ID, body });
  });

  test('creates, with the id that the caller chose or with a new one', async () => {
    expect((await send(`${API}.CreateExecutionFailed`, CREATE, { 'Command-Aggregate-Id': ID })).status).toBe(200);
    expect(doors.asked.at(-1)?.command).toMatchObject({ name: 'create_execution_failed', aggregateId: ID });
    await send(`${API}.CreateExecutionFailed`, CREATE);
    expect(doors.asked.at(-1)?.command).toMatchObject({ aggregateId: null, body: { executeAt: CREATE.executeAt } });
  });

  test('reads the headers that every command has', async () => {
    await send(
      `${API}.PrepareCompensation`,
      { id: ID },
      {
        'Command-Wait-Stage': 'snapshot',
        'Command-Wait-Timeout': '7',
        'Command-Aggregate-Version': '3',
        'Command-Request-Id': 'r',
        'Command-Owner-Id': 'o',
        'Command-Tenant-Id': 'ignored',
      },
    );
    expect(doors.asked.at(-1)).toMatchObject({
      wait: { stage: 'SNAPSHOT', timeout: 7 },
      command: { expectedVersion: 3, requestId: 'r', ownerId: 'o' },
    });
  });

  test('takes no body for an empty one', async () => {
    const headers = { 'Command-Type': DELETE, ...AGGREGATE, 'Command-Aggregate-Id': ID };
    expect((await doors.send({ method: 'POST', path: '/wow/command/send', headers })).status).toBe(200);
  });

  test('answers a command that is refused as its own endpoint does', async () => {
    doors.play(async function* () {
      yield await Promise.resolve(refused('IllegalState', 'ExecutionFailed can not retry.'));
    });
    const received = await send(`${API}.PrepareCompensation`, { id: ID });
    expect([received.status, received.headers['wow-error-code']]).toEqual([400, 'IllegalState']);
    expect(json(received)).toMatchObject({ stage: 'PROCESSED', errorMsg: 'ExecutionFailed can not retry.' });
  });
});

describe('the facade refuses', () => {
  const unknown = (type: string) => `Scope:[${type}] does not have a matching metadata definition.`;

  test.each([
    ['no type', '', {}, 'IllegalArgument', 'Command-Type can not be empty.'],
    ['an unknown type', 'a.b.C', {}, 'IllegalState', unknown('a.b.C')],
    [
      'a type in another letter case',
      `${API}.preparecompensation`,
      {},
      'IllegalState',
      unknown(`${API}.preparecompensation`),
    ],
    ['what is no command', 'java.lang.String', AGGREGATE, 'IllegalState', unknown('java.lang.String')],
    ['the name of a member of every object', 'constructor', {}, 'IllegalState', unknown('constructor')],
    ['a default command without its aggregate', DELETE, {}, 'IllegalState', unknown(DELETE)],
    [
      'a context without a name',
      DELETE,
      { 'Command-Aggregate-Context': 'compensation-service' },
      'IllegalArgument',
      'Command-Aggregate-Name can not be empty.',
    ],
    [
      'the alias of the context',
      DELETE,
      { ...AGGREGATE, 'Command-Aggregate-Context': 'compensation' },
      'IllegalState',
      'NamedAggregate [MaterializedNamedAggregate(contextName=compensation, aggregateName=execution_failed)] not found.',
    ],
    [
      'an unknown stage',
      `${API}.PrepareCompensation`,
      { 'Command-Wait-Stage': 'nope' },
      'IllegalArgument',
      'No enum constant me.ahoo.wow.command.wait.CommandStage.NOPE',
    ],
  ])('%s', async (_what, type, headers, errorCode, errorMsg) => {
    const count = doors.asked.length;
    const received = await send(type, { id: ID }, headers);
    expect([received.status, json(received)]).toEqual([400, { errorCode, errorMsg, succeeded: false }]);
    expect(doors.asked).toHaveLength(count);
  });

  test.each([{}, { id: '' }, { id: 1 }, [], 'text', null])('an update without an id: %j', async (body) => {
    const received = await send(`${API}.PrepareCompensation`, body, { 'Command-Aggregate-Id': ID });
    expect([received.status, json(received)]).toEqual([
      400,
      {
        errorCode: 'IllegalArgument',
        errorMsg: '400 BAD_REQUEST "Failed to read HTTP message"',
        bindingErrors: [{ name: 'body', msg: 'JSON decoding error: "id" must be the id of a record.' }],
        succeeded: false,
      },
    ]);
  });

  test('a body that is not the command, or not JSON', async () => {
    expect((await send(`${API}.ApplyRetrySpec`, { id: ID, maxRetries: 1 })).body).toContain(
      '\\"minBackoff\\" is missing',
    );
    expect((await send(`${API}.CreateExecutionFailed`, {})).status).toBe(400);
    expect((await send(`${API}.PrepareCompensation`, {}, { 'Content-Type': 'text/plain' })).status).toBe(415);
  });

  test('to stream, since the original does', async () => {
    const received = await send(`${API}.PrepareCompensation`, { id: ID }, { Accept: 'text/event-stream' });
    expect([received.status, json(received)['errorCode']]).toEqual([404, 'NotFound']);
  });
});

describe('the metadata', () => {
  interface Metadata {
    readonly contexts: Record<
      string,
      { alias: string; aggregates: Record<string, { id: null; commands: string[]; events: string[] }> }
    >;
  }

  test('describe the aggregate with all of its own commands and events, and null where there is nothing', async () => {
    const received = await doors.send({ path: '/wow/metadata' });
    expect([received.headers['content-type'], received.headers['wow-error-code']]).toEqual([
      'application/json',
      undefined,
    ]);
    const { contexts } = JSON.parse(received.body) as Metadata;
    expect(contexts['compensation-service']).toMatchObject({ alias: 'compensation', description: '' });
    const aggregate = contexts['compensation-service']?.aggregates['execution_failed'];
    expect(aggregate).toMatchObject({
      type: 'me.ahoo.wow.compensation.domain.ExecutionFailed',
      tenantId: '(0)',
      id: null,
    });
    expect(aggregate?.commands.toSorted()).toEqual(
      Object.values(COMMAND_BODY_TYPES)
        .filter((type) => type.startsWith(API))
        .sort(),
    );
    expect(aggregate?.events).toHaveLength(7);
  });

  test('list the contexts of the original by their aliases', async () => {
    const { contexts } = JSON.parse((await doors.send({ path: '/wow/metadata' })).body) as Metadata;
    expect(Object.keys(contexts)).toHaveLength(19);
    for (const [name, { alias }] of Object.entries(contexts)) {
      if (name !== 'compensation-service') expect(alias).toBe(name);
    }
  });
});
