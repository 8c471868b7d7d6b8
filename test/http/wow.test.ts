import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Doors, GLOBAL_ID, json, openDoors } from './doors.ts';

let doors: Doors;
beforeAll(async () => {
  doors = await openDoors();
});
afterAll(() => doors.close());

/** The example of the contract (5.1). */
const SIGNAL = {
  id: '0UvW2Apt0001004',
  waitCommandId: '0UvW2Apk0001001',
  commandId: '0UvW2Apk0001001',
  aggregateId: {
    contextName: 'compensation-service',
    aggregateName: 'execution_failed',
    aggregateId: '0UvW2Apk0001002',
    tenantId: '(0)',
  },
  stage: 'SNAPSHOT',
  function: { functionKind: 'STATE_EVENT', contextName: 'wow', processorName: 'SnapshotDispatcher', name: 'save' },
  aggregateVersion: 1,
  isLastProjection: true,
  errorCode: 'Boom',
  errorMsg: 'it broke',
  bindingErrors: [{ name: 'a', msg: 'b' }],
  result: { k: { deep: ['v', null] } },
  commands: ['c1'],
  signalTime: 1_756_700_000_016,
};

const post = (body: unknown) => doors.sendJson('POST', '/wow/command/wait', body);

describe('a wait signal', () => {
  test('is handed to the gateway and answered with nothing', async () => {
    const received = await post(SIGNAL);
    expect([
      received.status,
      received.body,
      received.headers['content-type'],
      received.headers['wow-error-code'],
    ]).toEqual([200, '', 'application/json', undefined]);
    expect(doors.signals.at(-1)).toEqual(SIGNAL);
  });

  test('may leave out what has a default', async () => {
    const { id, waitCommandId, commandId, aggregateId, stage, function: by } = SIGNAL;
    const before = Date.now();
    await post({ id, waitCommandId, commandId, aggregateId, stage, function: by });
    expect(doors.signals.at(-1)).toEqual({
      id,
      waitCommandId,
      commandId,
      aggregateId,
      stage,
      function: by,
      aggregateVersion: null,
      isLastProjection: false,
      errorCode: 'Ok',
      errorMsg: '',
      bindingErrors: [],
      result: {},
      commands: [],
      signalTime: expect.any(Number) as number,
    });
    expect(doors.signals.at(-1)?.signalTime).toBeGreaterThanOrEqual(before);
  });

  test.each(['projected', 'Saga_Handled', 4])('may name its stage as %j', async (stage) => {
    expect((await post({ ...SIGNAL, stage })).status).toBe(200);
  });

  test.each([
    ['id', undefined],
    ['waitCommandId', null],
    ['stage', 'BOGUS'],
    ['function', { functionKind: 'EVENT' }],
    ['aggregateVersion', 'x'],
    ['isLastProjection', 'yes'],
    ['result', []],
    ['commands', [{}]],
    ['signalTime', null],
  ])('is refused with a bad %s', async (field, value) => {
    const count = doors.signals.length;
    const received = await post({ ...SIGNAL, [field]: value });
    expect([received.status, json(received)['errorCode']]).toEqual([400, 'IllegalArgument']);
    expect(received.body).toContain(`\\"${field}`);
    expect(doors.signals).toHaveLength(count);
  });

  test('without a body is none', async () => {
    const count = doors.signals.length;
    for (const body of ['', 'null']) {
      const headers = { 'Content-Type': 'application/json' };
      expect((await doors.send({ method: 'POST', path: '/wow/command/wait', headers, body })).status).toBe(200);
    }
    expect(doors.signals).toHaveLength(count);
  });
});

test('a global id is plain text and nothing else', async () => {
  const received = await doors.send({ path: '/wow/id/global' });
  expect([received.body, received.headers['content-type'], received.headers['wow-error-code']]).toEqual([
    GLOBAL_ID,
    'text/plain',
    undefined,
  ]);
});
