import { afterEach, expect, test } from 'vitest';
import type { HealthChecks } from '../../src/http/index.ts';
import { type Doors, json, openDoors } from './doors.ts';

const up = () => Promise.resolve({ status: 'UP' as const });
const CHECKS = { readinessState: up, livenessState: up };

let doors: Doors | null = null;
afterEach(async () => {
  await doors?.close();
  doors = null;
});

async function get(path: string, health: HealthChecks, headers: Record<string, string> = {}, method = 'GET') {
  doors ??= await openDoors({ health });
  return doors.send({ method, path, headers });
}

test('health is UP where all is well, with its parts in the order of their names', async () => {
  const received = await get('/actuator/health', {
    ...CHECKS,
    db: () => Promise.resolve({ status: 'UP', details: { version: '18' } }),
    temporal: () => Promise.resolve({ status: 'UNKNOWN' }),
  });
  expect(received.body).toBe(
    JSON.stringify({
      components: {
        db: { details: { version: '18' }, status: 'UP' },
        livenessState: { status: 'UP' },
        readinessState: { status: 'UP' },
        temporal: { status: 'UNKNOWN' },
      },
      groups: ['liveness', 'readiness'],
      status: 'UP',
    }),
  );
  expect([received.status, received.headers['content-type'], received.headers['wow-error-code']]).toEqual([
    200,
    'application/vnd.spring-boot.actuator.v3+json',
    undefined,
  ]);
});

test.each([
  [['UP', 'DOWN', 'OUT_OF_SERVICE'], 'DOWN', 503],
  [['UP', 'OUT_OF_SERVICE', 'UNKNOWN'], 'OUT_OF_SERVICE', 503],
  [['UNKNOWN', 'UP', 'UNKNOWN'], 'UP', 200],
] as const)('parts that are %j are %s together', async ([live, ready, store], status, code) => {
  const received = await get('/actuator/health', {
    livenessState: () => Promise.resolve({ status: live }),
    readinessState: () => Promise.resolve({ status: ready }),
    store: () => Promise.resolve({ status: store }),
  });
  expect([received.status, json(received)['status']]).toEqual([code, status]);
});

test('a part whose check fails or does not answer is DOWN', async () => {
  const received = await get('/actuator/health', {
    ...CHECKS,
    broken: () => Promise.reject(new Error('no route')),
    silent: () => new Promise(() => undefined),
  });
  expect(received.status).toBe(503);
  expect(json(received)['components']).toMatchObject({
    broken: { status: 'DOWN', details: { error: 'no route' } },
    silent: { status: 'DOWN', details: { error: 'no answer within 2000 ms' } },
    livenessState: { status: 'UP' },
  });
});

test('a group answers with the status of its part alone', async () => {
  const health = { ...CHECKS, readinessState: () => Promise.resolve({ status: 'DOWN' as const, details: { a: 1 } }) };
  const ready = await get('/actuator/health/readiness', health);
  expect([ready.status, ready.body]).toEqual([503, '{"status":"DOWN"}']);
  const live = await get('/actuator/health/liveness', health);
  expect([live.status, live.body]).toEqual([200, '{"status":"UP"}']);
});

test('a part answers with its details', async () => {
  const health = { ...CHECKS, db: () => Promise.resolve({ status: 'DOWN' as const, details: { error: 'x' } }) };
  const received = await get('/actuator/health/db', health);
  expect([received.status, received.body]).toEqual([503, '{"details":{"error":"x"},"status":"DOWN"}']);
});

test.each(['nope', 'constructor', '__proto__', 'liveness/livenessState'])('there is no part %s', async (name) => {
  const received = await get(`/actuator/health/${name}`, CHECKS);
  expect([received.status, received.body, received.headers['content-type']]).toEqual([404, '', undefined]);
});

test('a slash at the end changes nothing here', async () => {
  expect((await get('/actuator/health/', CHECKS)).body).toBe((await get('/actuator/health', CHECKS)).body);
});

test('a wrong method is told which are right', async () => {
  const received = await get('/actuator/health', CHECKS, {}, 'POST');
  expect([received.status, received.headers['wow-error-code'], received.headers.allow]).toEqual([
    405,
    'MethodNotAllowed',
    'GET,HEAD,OPTIONS',
  ]);
});

test('metrics are what their registry renders', async () => {
  const received = await get('/metrics', CHECKS, {
    Accept: 'application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.3,*/*;q=0.1',
  });
  expect([received.status, received.body, received.headers['content-type']]).toEqual([
    200,
    'up 1\n',
    'text/plain; version=0.0.4; charset=utf-8',
  ]);
});
