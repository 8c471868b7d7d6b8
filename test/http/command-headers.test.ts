import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CommandRequest, WaitPlan } from '../../src/gateway/index.ts';
import { CREATE, CREATE_PATH, type Doors, json, openDoors } from './doors.ts';
import { sendBytes } from './send.ts';

let doors: Doors;
beforeAll(async () => {
  doors = await openDoors();
});
afterAll(() => doors.close());

const UPDATE_PATH = '/execution_failed/some%20id/apply_execution_failed';
const REPORT = { error: CREATE.error, executeAt: 1 };

/** What reaches the gateway of an update with these headers. */
async function update(headers: Record<string, string>): Promise<{ command: CommandRequest; wait: WaitPlan }> {
  const received = await doors.sendJson('PUT', UPDATE_PATH, REPORT, headers);
  expect(received.status, received.body).toBe(200);
  const asked = doors.asked.at(-1);
  if (asked === undefined) throw new Error('the gateway was not asked');
  return asked;
}

async function refusal(headers: Record<string, string>): Promise<unknown> {
  const received = await doors.sendJson('PUT', UPDATE_PATH, REPORT, headers);
  expect([received.status, received.headers['wow-error-code']]).toEqual([400, 'IllegalArgument']);
  return json(received)['errorMsg'];
}

describe('a command', () => {
  test('without headers reaches the gateway with the defaults of the contract', async () => {
    const { command, wait } = await update({});
    expect(command).toEqual({
      name: 'apply_execution_failed',
      aggregateId: 'some id',
      requestId: null,
      ownerId: '',
      spaceId: '',
      expectedVersion: null,
      attempt: null,
      header: { remote_ip: 'localhost' },
      body: { ...REPORT, error: { ...CREATE.error, succeeded: false }, recoverable: 'UNKNOWN' },
    });
    expect(wait).toEqual({
      stage: 'PROCESSED',
      function: { contextName: 'compensation-service', processorName: '', name: '' },
      tail: null,
      timeout: 30_000,
    });
  });

  test('goes to the aggregate of the path, whatever header and body say', async () => {
    await doors.sendJson('PUT', UPDATE_PATH, { ...REPORT, id: 'other' }, { 'Command-Aggregate-Id': 'other' });
    expect(doors.asked.at(-1)?.command.aggregateId).toBe('some id');
  });

  test('that creates takes the id of its header, or none', async () => {
    await doors.sendJson('POST', CREATE_PATH, CREATE, {
      'Command-Aggregate-Id': 'g odd',
      'Command-Aggregate-Version': '7',
    });
    expect(doors.asked.at(-1)?.command).toMatchObject({ aggregateId: 'g odd', expectedVersion: null });
    await doors.sendJson('POST', CREATE_PATH, CREATE, { 'Command-Aggregate-Id': '' });
    expect(doors.asked.at(-1)?.command.aggregateId).toBeNull();
  });

  test.each([
    [{ 'Command-Request-Id': 'a', 'CoSec-Request-Id': 'b' }, 'a'],
    [{ 'Command-Request-Id': '', 'CoSec-Request-Id': 'b' }, 'b'],
    [{ 'Command-Request-Id': '' }, null],
  ])('with %j has the request id %j', async (headers, requestId) => {
    expect((await update(headers)).command.requestId).toBe(requestId);
  });

  test.each([
    ['Command-Request-Id', 'x'.repeat(1_025), 'The request id is 1025 bytes long: at most 1024 are possible.'],
    ['Command-Request-Id', 'a\u0085b', 'The request id contains a control character.'],
    ['Redress-Attempt', 'two', 'Redress-Attempt is no number of an attempt: "two"'],
    ['Redress-Attempt', '-1', 'Redress-Attempt is no number of an attempt: "-1"'],
    ['Redress-Attempt', '2147483648', 'Redress-Attempt is no number of an attempt: "2147483648"'],
  ])('is refused for %s: %.30s', async (header, value, message) => {
    expect(await refusal({ [header]: value })).toBe(message);
  });

  test.each([
    ['3', 3],
    ['-1', -1],
    ['0', 0],
    ['x', null],
    ['1.5', null],
    ['2147483648', null],
  ])('with Command-Aggregate-Version: %s expects version %j', async (version, expectedVersion) => {
    expect((await update({ 'Command-Aggregate-Version': version })).command.expectedVersion).toBe(expectedVersion);
  });

  test('takes its owner, its space and the attempt that it reports on from headers', async () => {
    const headers = { 'Command-Owner-Id': 'alice', 'Redress-Attempt': '2' };
    expect((await update({ ...headers, 'CoSec-Space-Id': 'sp2' })).command).toMatchObject({
      ownerId: 'alice',
      spaceId: 'sp2',
      attempt: 2,
    });
    expect((await update({ 'Wow-Space-Id': 'sp1', 'CoSec-Space-Id': 'sp2' })).command.spaceId).toBe('sp1');
    expect((await update({ 'Command-Space-Id': 'sp3', 'Command-Tenant-Id': 't' })).command.spaceId).toBe('');
  });

  test('that does not report on an attempt has no attempt', async () => {
    const path = '/execution_failed/x/prepare_compensation';
    expect((await doors.sendJson('PUT', path, {}, { 'Redress-Attempt': 'two' })).status).toBe(200);
    expect(doors.asked.at(-1)?.command.attempt).toBeNull();
  });
});

describe('the header of a message', () => {
  test('says who asked', async () => {
    const { command } = await update({
      'User-Agent': 'node',
      'X-Forwarded-For': ' 203.0.113.7 , 10.0.0.1',
      'CoSec-App-Id': 'wow-compensation-dashboard',
      'CoSec-Device-Id': 'd1',
      'Command-Local-First': 'true',
    });
    expect(command.header).toEqual({
      user_agent: 'node',
      remote_ip: '203.0.113.7',
      app_id: 'wow-compensation-dashboard',
      device_id: 'd1',
    });
  });

  test('carries what Command-Header-<key> says, in the letter case of the key, also over known keys', async () => {
    const { command } = await update({
      'Command-Header-trace_id': 't1',
      'command-header-Order-Id': '4711',
      'COMMAND-HEADER-user_agent': 'custom',
      'User-Agent': 'node',
    });
    expect(command.header).toEqual({
      remote_ip: 'localhost',
      trace_id: 't1',
      'Order-Id': '4711',
      user_agent: 'custom',
    });
  });

  test('takes nothing from outside that says where answers go or what the engine decided', async () => {
    const { command } = await update({
      'Command-Header-command_wait_endpoint': 'http://evil.example/wow/command/wait',
      'Command-Header-Command_Wait_Id': 'x',
      'Command-Header-redress_not_before': '9',
      'Command-Header-__proto__': 'x',
      'Command-Header-': 'x',
    });
    expect(Object.keys(command.header).filter((key) => key !== '__proto__')).toEqual(['remote_ip']);
    expect(Object.getPrototypeOf(command.header)).toBe(Object.prototype);
  });

  test('cannot be given a second line', async () => {
    const answer = await sendBytes(
      doors.url,
      `PUT /execution_failed/x/prepare_compensation HTTP/1.1\r\nHost: x\r\nConnection: close\r\nCommand-Request-Id: a\rb\r\n\r\n`,
    );
    expect(answer).toMatch(/^HTTP\/1.1 400 /);
  });
});

describe('a wait', () => {
  test.each([
    ['sent', 'SENT'],
    ['SNAPSHOT', 'SNAPSHOT'],
    ['Event_Handled', 'EVENT_HANDLED'],
    ['', 'PROCESSED'],
  ])('for %j is one for %s', async (header, stage) => {
    expect((await update({ 'Command-Wait-Stage': header })).wait.stage).toBe(stage);
  });

  test.each(['bogus', 'SENT,SENT'])('for %s is refused', async (stage) => {
    expect(await refusal({ 'Command-Wait-Stage': stage })).toBe(
      `No enum constant me.ahoo.wow.command.wait.CommandStage.${stage.toUpperCase()}`,
    );
  });

  test.each([
    [{ 'Command-Wait-Timeout': '500' }, 500],
    [{ 'Command-Wait-Timout': '600' }, 600],
    [{ 'Command-Wait-Timout': '600', 'Command-Wait-Timeout': '500' }, 500],
    [{ 'Command-Wait-Timout': '600', 'Command-Wait-Timeout': 'soon' }, 600],
    [{ 'Command-Wait-Timeout': '1.5' }, 30_000],
    [{ 'Command-Wait-Timeout': '' }, 30_000],
    // A timer of Node with more would fire at once.
    [{ 'Command-Wait-Timeout': '9223372036854775807' }, 2_147_483_647],
  ])('with %j ends after %d ms', async (headers, timeout) => {
    expect((await update(headers)).wait.timeout).toBe(timeout);
  });

  test.each(['0', '-5', '-9223372036854775808'])('of %s ms is refused', async (timeout) => {
    expect(await refusal({ 'Command-Wait-Timeout': timeout })).toBe('Wait timeout must be greater than zero.');
    expect(await refusal({ 'Command-Wait-Timout': timeout })).toBe('Wait timeout must be greater than zero.');
  });

  test('names the function whose signal completes it', async () => {
    const headers = { 'Command-Wait-Context': 'c', 'Command-Wait-Processor': 'P', 'Command-Wait-Function': 'f' };
    expect((await update(headers)).wait.function).toEqual({ contextName: 'c', processorName: 'P', name: 'f' });
  });

  test('has a tail only for sagas', async () => {
    const tail = { 'Command-Wait-Tail-Stage': 'snapshot', 'Command-Wait-Tail-Function': 'f' };
    expect((await update(tail)).wait.tail).toBeNull();
    expect((await update({ 'Command-Wait-Tail-Stage': 'bogus' })).wait.tail).toBeNull();
    expect((await update({ 'Command-Wait-Stage': 'SAGA_HANDLED' })).wait.tail).toBeNull();
    expect((await update({ ...tail, 'Command-Wait-Stage': 'SAGA_HANDLED' })).wait.tail).toEqual({
      stage: 'SNAPSHOT',
      function: { contextName: 'compensation-service', processorName: '', name: 'f' },
    });
    expect(await refusal({ 'Command-Wait-Stage': 'SAGA_HANDLED', 'Command-Wait-Tail-Stage': 'x' })).toMatch(/\.X$/);
  });
});
