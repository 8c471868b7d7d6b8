import { afterAll, beforeAll, expect, it } from 'vitest';
import { checkDiskSpace } from '../../src/disk-space.ts';
import { temporalAddress } from '../support/servers.ts';
import { type System, openSystem } from '../support/system.ts';
import { type TcpProxy, startTcpProxy } from '../support/tcp-proxy.ts';

let postgres: TcpProxy;
let temporal: TcpProxy;
let system: System;

beforeAll(async () => {
  postgres = await startTcpProxy(new URL(process.env['TEST_DATABASE_URL'] ?? '').host);
  temporal = await startTcpProxy(temporalAddress());
  system = await openSystem({ TEMPORAL_ADDRESS: temporal.address }, { postgres: postgres.address });
}, 60_000);
afterAll(async () => {
  await system.close();
  await Promise.all([postgres.close(), temporal.close()]);
});

interface Health {
  readonly status: string;
  readonly components: Record<string, { readonly status: string; readonly details?: unknown }>;
}

/** The components that are not UP, by what the whole says; each must say the same when asked alone. */
async function notUp(): Promise<string[]> {
  const whole = await system.api.get('/actuator/health');
  const { status, components } = whole.body as Health;
  const names = Object.keys(components).filter((name) => components[name]?.status !== 'UP');
  expect([whole.status, status]).toEqual(names.length === 0 ? [200, 'UP'] : [503, 'DOWN']);
  for (const name of names) {
    expect(await system.api.get(`/actuator/health/${name}`)).toMatchObject({ status: 503, body: { status: 'DOWN' } });
  }
  return names;
}

it('the log says which release is ready', () => {
  expect(system.redress.log()).toMatch(/"version":"\d+\.\d+\.\d+",.*"msg":"ready"/);
});

it('every component that the contract names is UP while all is well, and says what it found', async () => {
  const { body } = await system.api.get('/actuator/health');
  expect(body).toEqual({
    components: {
      db: {
        status: 'UP',
        details: {
          database: 'PostgreSQL',
          validationQuery: expect.stringContaining('select') as string,
          version: expect.stringMatching(/^\d+/) as string,
        },
      },
      diskSpace: {
        status: 'UP',
        details: {
          total: expect.any(Number) as number,
          free: expect.any(Number) as number,
          threshold: 10_485_760,
          path: process.cwd(),
          exists: true,
        },
      },
      engagement: { status: 'UP', details: { unengagedRecords: 0, lagSeconds: 0 } },
      feed: { status: 'UP', details: expect.any(Object) as object },
      livenessState: { status: 'UP' },
      machineId: { status: 'UP' },
      ping: { status: 'UP' },
      readinessState: { status: 'UP' },
      temporal: { status: 'UP', details: { namespace: system.namespace } },
      worker: { status: 'UP', details: { state: 'RUNNING' } },
    },
    groups: ['liveness', 'readiness'],
    status: 'UP',
  });
});

it('db, engagement, feed and readiness are DOWN while Postgres is away, and up again afterwards', async () => {
  postgres.cut();
  expect(await notUp()).toEqual(['db', 'engagement', 'feed', 'readinessState']);
  expect(await system.api.get('/actuator/health/readiness')).toMatchObject({ status: 503 });
  expect(await system.api.get('/actuator/health/liveness')).toMatchObject({ status: 200 });
  postgres.restore();
  await expect.poll(notUp, { timeout: 10_000 }).toEqual([]);
});

it('temporal and the worker are DOWN while Temporal is away, the machine id while it is gone and none can be leased', async () => {
  await system.sql('delete from redress.instance');
  await system.sql('alter table redress.instance add constraint none check (false)');
  temporal.cut();
  await expect.poll(notUp, { timeout: 25_000 }).toEqual(['machineId', 'temporal', 'worker']);
  expect(await system.api.get('/actuator/health/readiness')).toMatchObject({ status: 200 });
  temporal.restore();
  await system.sql('alter table redress.instance drop constraint none');
  await expect.poll(notUp, { timeout: 25_000 }).toEqual([]);
}, 60_000);

it('the disk is DOWN when less is free than the threshold, or when the folder is gone', async () => {
  expect(await checkDiskSpace('.', Number.MAX_SAFE_INTEGER)).toMatchObject({
    status: 'DOWN',
    details: { exists: true },
  });
  expect(await checkDiskSpace('./no-such-folder')).toMatchObject({ status: 'DOWN', details: { exists: false } });
});
