import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { createRecord } from '../support/records.ts';
import { type System, openSystem } from '../support/system.ts';
import { statusOf } from '../support/workflows.ts';

let system: System;
beforeAll(async () => {
  system = await openSystem({ RETENTION: '1d' });
});
afterAll(() => system.close());

it('removes what is finished for longer; its id is free then, and commands find no record', async () => {
  const requestId = { 'Command-Request-Id': 'used-before' };
  await createRecord(system, 'old', {}, requestId);
  await createRecord(system, 'young');
  for (const id of ['old', 'young']) await system.api.command(id, 'default_delete_aggregate');
  await createRecord(system, 'open');
  await system.sql(
    `update redress.snapshot set document = jsonb_set(document, '{eventTime}', to_jsonb((document -> 'eventTime')::bigint - 90000000))
where aggregate_id = 'old'`,
  );
  await system.redress.stop();
  await system.start();

  const idsIn = async (table: string): Promise<string[]> =>
    (await system.sql<{ id: string }>(`select distinct aggregate_id as id from redress.${table} order by id`)).map(
      ({ id }) => id,
    );
  await eventually(async () => {
    expect(await idsIn('snapshot')).toEqual(['open', 'young']);
  }, 25_000);
  expect(await idsIn('event_stream')).toEqual(['open', 'young']);
  await eventually(async () => {
    const metrics = (await system.api.get('/metrics')).body;
    expect(metrics).toMatch(/^redress_retention_removed_records_total 1$/m);
    expect(metrics).toMatch(/^redress_retention_last_run_timestamp_seconds 1\d{9}/m);
  });

  expect(await system.api.command('old', 'default_recover_aggregate')).toMatchObject({
    status: 404,
    body: { errorCode: 'NotFound', aggregateVersion: 0 },
  });
  await createRecord(system, 'old', {}, requestId);
  expect((await system.api.snapshot('old')).version).toBe(1);
  expect(await statusOf(system, 'old')).toBe('RUNNING');
});
