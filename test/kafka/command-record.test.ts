import { describe, expect, it, test } from 'vitest';
import { COMMAND_BODY_TYPES, type CommandName } from '../../src/domain/index.ts';
import { readCommandRecord } from '../../src/kafka/commands/command-record.ts';
import { CREATE_BODY, asRecord, sentCommand } from './sent-command.ts';

const RETRY_DEFAULTS = { maxRetries: 10, minBackoff: 180, executionTimeout: 120 };
const ID = '0VbmUhk0000C005';
const COMMAND_ID = '0VbmUhk0000C006';

const read = (command: unknown, key: string | null = ID) => readCommandRecord(asRecord(command, key), RETRY_DEFAULTS);

const create = (but: Readonly<Record<string, unknown>> = {}) =>
  sentCommand('create_execution_failed', ID, COMMAND_ID, CREATE_BODY, but);

const BODIES: Readonly<Record<CommandName, object>> = {
  create_execution_failed: CREATE_BODY,
  prepare_compensation: { id: ID },
  force_prepare_compensation: { id: ID },
  apply_execution_success: { id: ID, executeAt: 1 },
  apply_execution_failed: { id: ID, error: CREATE_BODY.error, executeAt: 1, recoverable: 'UNKNOWN' },
  apply_retry_spec: { id: ID, maxRetries: 1, minBackoff: 2, executionTimeout: 3 },
  change_function: { id: ID, ...CREATE_BODY.function },
  mark_recoverable: { id: ID, recoverable: 'RECOVERABLE' },
  default_delete_aggregate: {},
  default_recover_aggregate: {},
  default_apply_resource_tags: { tags: { team: ['mail'] } },
};

describe('a command of another service', () => {
  it('keeps every id and entry that its sender gave it', () => {
    const header = { trace_id: 'trace', user_agent: 'mail', 'x-own': '1' };
    const sent = create({ requestId: 'request', ownerId: 'owner', spaceId: 'space', header });
    expect(read(sent)).toEqual({
      kind: 'command',
      command: {
        name: 'create_execution_failed',
        commandId: COMMAND_ID,
        requestId: 'request',
        aggregateId: ID,
        ownerId: 'owner',
        spaceId: 'space',
        expectedVersion: null,
        attempt: null,
        header,
        body: CREATE_BODY,
      },
    });
  });

  test.each(Object.entries(BODIES))('is known: %s', (name, body) => {
    const reading = read(sentCommand(name as CommandName, ID, COMMAND_ID, body));
    expect(reading).toMatchObject({ kind: 'command', command: { name, aggregateId: ID, commandId: COMMAND_ID } });
  });

  it('is known by its name where its class is not', () => {
    const sent = sentCommand('prepare_compensation', ID, COMMAND_ID, { id: ID }, { bodyType: 'com.acme.Prepare' });
    expect(read(sent)).toMatchObject({ kind: 'command', command: { name: 'prepare_compensation' } });
  });

  it('is what its class says where its name says something else', () => {
    const bodyType = COMMAND_BODY_TYPES.force_prepare_compensation;
    const sent = sentCommand('prepare_compensation', ID, COMMAND_ID, { id: ID }, { bodyType });
    expect(read(sent)).toMatchObject({ command: { name: 'force_prepare_compensation' } });
  });

  it('may expect a version', () => {
    const sent = sentCommand('prepare_compensation', ID, COMMAND_ID, { id: ID }, { aggregateVersion: 3 });
    expect(read(sent)).toMatchObject({ command: { expectedVersion: 3 } });
  });

  it('gets our retry spec where it brings none, and UNKNOWN where it says nothing of being recoverable', () => {
    const { recoverable: _left, ...old } = CREATE_BODY;
    const sent = sentCommand('create_execution_failed', ID, COMMAND_ID, { ...old, retrySpec: null });
    expect(read(sent)).toMatchObject({ command: { body: { retrySpec: RETRY_DEFAULTS, recoverable: 'UNKNOWN' } } });
  });

  it('is understood from a release that knows no space and leaves out what is false', () => {
    const sent = create({ spaceId: undefined, isVoid: undefined, allowCreate: undefined, ownerId: undefined });
    expect(read(sent)).toMatchObject({ kind: 'command', command: { ownerId: '', spaceId: '' } });
  });

  it('keeps where its sender waits, and loses what only we may say', () => {
    const waits = { command_wait_id: 'w', command_wait_endpoint: 'http://10.0.0.1/wow/command/wait' };
    const header = { ...waits, 'compensate.id': 'x', Redress_Not_Before: '1', redress_reply_endpoint: 'http://a' };
    expect(read(create({ header }))).toMatchObject({ command: { header: waits } });
  });
});

describe('a record that is not for us to process', () => {
  it('is a copy of what its sender has processed itself', () => {
    expect(read(create({ header: { local_first: 'true' } }))).toEqual({ kind: 'dropped', why: 'local' });
    expect(read(create({ header: { local_first: 'false' } }))).toMatchObject({ kind: 'command' });
  });

  it('is void', () => {
    expect(read(create({ isVoid: true }))).toEqual({ kind: 'dropped', why: 'void' });
  });

  it('is dropped although we do not know its command', () => {
    const unknown = { name: 'dance', bodyType: 'com.acme.Dance', isVoid: true };
    expect(read(create(unknown))).toEqual({ kind: 'dropped', why: 'void' });
  });
});

describe('a record that cannot be read', () => {
  const required = ['id', 'contextName', 'aggregateName', 'name', 'header', 'tenantId', 'aggregateId', 'requestId'];
  test.each([...required, 'isCreate', 'bodyType', 'body', 'createTime'])('lacks %s', (field) => {
    expect(read(create({ [field]: undefined }))).toEqual({
      kind: 'unreadable',
      reason: expect.stringContaining(`"${field}"`) as string,
    });
  });

  test.each([
    ['another aggregate', create({ aggregateName: 'order' }), '"aggregateName"'],
    ['another service', create({ contextName: 'order-service' }), '"contextName"'],
    ['another tenant', create({ tenantId: 't-1' }), '"tenantId"'],
    ['an id that is null', create({ id: null }), '"id"'],
    ['a version that is none', create({ aggregateVersion: '0' }), '"aggregateVersion"'],
    ['a header with an object in it', create({ header: { trace_id: {} } }), '"header.trace_id"'],
    ['an unknown command', create({ name: 'dance', bodyType: 'com.acme.Dance' }), 'no command "com.acme.Dance"'],
    ['a body that is none of that command', create({ body: { id: ID } }), 'In the body of create_execution_failed'],
    ['an id of ours', create({ id: 'redress:retry:1' }), 'redress:'],
    ['a request id of ours', create({ requestId: 'redress:retry:1' }), 'redress:'],
    ['a request id that no index takes', create({ requestId: 'r'.repeat(1_025) }), 'request id'],
    ['a list', [], 'The value'],
    ['nothing', null, 'The value'],
  ])('has %s', (_what, sent, reason) => {
    expect(read(sent)).toEqual({ kind: 'unreadable', reason: expect.stringContaining(reason) as string });
  });

  test.each([
    ['no value', null],
    ['half a JSON', Buffer.from('{"id":')],
    ['what is not UTF-8', Buffer.from([0x22, 0xff, 0x22])],
  ])('has %s', (_what, value) => {
    expect(readCommandRecord({ key: Buffer.from(ID), value }, RETRY_DEFAULTS)).toEqual({
      kind: 'unreadable',
      reason: 'The value is not JSON in UTF-8.',
    });
  });

  test.each([null, 'another'])('has the key %s, which keeps nothing in order', (key) => {
    expect(read(create(), key)).toMatchObject({ kind: 'unreadable', reason: expect.stringContaining('key') as string });
  });

  it('names one record in its body and another beside it', () => {
    const sent = sentCommand('prepare_compensation', ID, COMMAND_ID, { id: 'another' });
    expect(read(sent)).toMatchObject({ kind: 'unreadable', reason: expect.stringContaining('"body.id"') as string });
  });

  it('has an id of a record that no workflow can have', () => {
    const id = 'a'.repeat(250);
    expect(read(create({ aggregateId: id }), id)).toMatchObject({ kind: 'unreadable' });
  });
});
