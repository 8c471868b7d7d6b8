import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createIdGenerators } from '../../src/http/index.ts';
import { NoMachineId } from '../../src/store/index.ts';
import { type Doors, GLOBAL_ID, json, openDoors } from './doors.ts';

let doors: Doors;
beforeEach(async () => {
  doors = await openDoors();
});
afterEach(() => doors.close());

const V3 = 'application/vnd.spring-boot.actuator.v3+json';

const get = (path: string, headers: Record<string, string> = {}) => doors.send({ path, headers });

/** What the only generator says of itself, word for word as the original's. */
const STAT = {
  kind: 'ClockSyncCosIdGenerator',
  actual: {
    kind: 'Radix62CosIdGenerator',
    machineId: 524_288,
    lastTimestamp: 1_756_700_000_009,
    converter: { kind: 'RadixCosIdStateParser', actual: null },
    actual: null,
  },
  converter: { kind: 'RadixCosIdStateParser', actual: null },
};

test('without a machine id there are no ids for a while', async () => {
  const lost = (): never => {
    throw new NoMachineId();
  };
  const broken = await openDoors({ idGenerators: createIdGenerators({ next: lost, state: lost }) });
  for (const path of ['/actuator/cosid', '/actuator/cosid/cosid', '/actuator/cosidStringGenerator/cosid']) {
    const received = await broken.send({ path });
    expect([received.status, json(received)['errorCode']]).toEqual([503, 'ServiceUnavailable']);
  }
  await broken.close();
});

test('the root links to every endpoint, at the address that was asked', async () => {
  const received = await get('/actuator', { Host: 'redress.example:81' });
  expect([received.status, received.headers['content-type'], received.headers['wow-error-code']]).toEqual([
    200,
    V3,
    undefined,
  ]);
  const link = (path: string, templated: boolean) => ({ href: `http://redress.example:81${path}`, templated });
  expect(received.body).toBe(
    JSON.stringify({
      _links: {
        self: link('/actuator', false),
        'cosid-name': link('/actuator/cosid/{name}', true),
        cosid: link('/actuator/cosid', false),
        'cosidGenerator-name': link('/actuator/cosidGenerator/{name}', true),
        cosidGenerator: link('/actuator/cosidGenerator', false),
        'cosidStringGenerator-name': link('/actuator/cosidStringGenerator/{name}', true),
        cosidStringGenerator: link('/actuator/cosidStringGenerator', false),
        health: link('/actuator/health', false),
        'health-path': link('/actuator/health/{*path}', true),
      },
    }),
  );
});

describe('the id generator', () => {
  test('says which machine it is and how far it has come', async () => {
    expect(json(await get('/actuator/cosid'))).toEqual({ cosid: STAT });
    expect((await get('/actuator/cosid/cosid')).body).toBe(JSON.stringify(STAT));
  });

  test.each(['/actuator/cosidStringGenerator/cosid', '/actuator/cosidStringGenerator'])(
    'gives an id as bare text at %s',
    async (path) => {
      const received = await get(path);
      expect([received.status, received.body]).toEqual([200, GLOBAL_ID]);
      expect(received.headers['content-type']).toBe(`${V3};charset=UTF-8`);
    },
  );

  test.each([
    ['/actuator/cosidGenerator', 'There is no shared generator of numbers'],
    ['/actuator/cosidGenerator/cosid', 'CosIdGenerator does not support the generation of long IDs!'],
  ])('makes no numbers: %s', async (path, message) => {
    const received = await get(path);
    expect([received.status, json(received)['errorCode']]).toEqual([400, 'BadRequest']);
    expect(json(received)['errorMsg']).toContain(message);
  });

  test('is hidden once it is removed, while ids are still made', async () => {
    const removed = await doors.send({ method: 'DELETE', path: '/actuator/cosid/cosid' });
    expect([removed.status, json(removed)]).toEqual([200, STAT]);
    expect((await get('/actuator/cosid')).body).toBe('{}');
    for (const path of ['cosid/cosid', 'cosidGenerator/cosid', 'cosidStringGenerator/cosid', 'cosidStringGenerator']) {
      const received = await get(`/actuator/${path}`);
      expect([received.status, json(received)['errorMsg']]).toEqual([400, 'Not found ID generator named:[cosid]!']);
    }
    expect((await doors.send({ method: 'DELETE', path: '/actuator/cosid/cosid' })).status).toBe(400);
    expect((await get('/wow/id/global')).body).toBe(GLOBAL_ID);
  });

  test.each(['cosid/nope', 'cosidGenerator/nope', 'cosidStringGenerator/nope', 'cosid/constructor'])(
    'is not known as %s',
    async (path) => {
      const received = await get(`/actuator/${path}`);
      const name = path.split('/')[1] ?? '';
      expect([received.status, received.headers['wow-error-code'], json(received)['errorMsg']]).toEqual([
        400,
        'IllegalArgument',
        `Not found ID generator named:[${name}]!`,
      ]);
    },
  );

  test('is asked with the methods it knows', async () => {
    const received = await doors.send({ method: 'PUT', path: '/actuator/cosid/cosid' });
    expect([received.status, received.headers.allow]).toEqual([405, 'GET,HEAD,DELETE,OPTIONS']);
  });
});

test.each([
  ['application/json', 'application/json'],
  ['application/vnd.spring-boot.actuator.v2+json', 'application/vnd.spring-boot.actuator.v2+json'],
  ['*/*', V3],
])('who accepts %s gets it as %s', async (accept, type) => {
  expect((await get('/actuator/cosid', { Accept: accept })).headers['content-type']).toBe(type);
});

test.each(['/actuator', '/actuator/cosidStringGenerator/cosid'])('%s is nothing else than JSON', async (path) => {
  const received = await get(path, { Accept: 'text/plain' });
  expect([received.status, json(received)['errorCode']]).toEqual([406, 'NotAcceptable']);
});

test.each(['/actuator/', '/actuator/info', '/actuator/cosid/'])('there is no %s', async (path) => {
  expect((await get(path)).status).toBe(404);
});
