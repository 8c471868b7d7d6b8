import { afterAll, beforeAll, expect, it } from 'vitest';
import { createRecord } from '../support/records.ts';
import { type System, openSystem } from '../support/system.ts';
import { statusOf } from '../support/workflows.ts';

/** Nothing would ever happen to it by itself. */
const DEAD = { retrySpec: { maxRetries: 0, minBackoff: 60, executionTimeout: 60 } };

let system: System;

beforeAll(async () => {
  system = await openSystem();
});
afterAll(() => system.close());

it('after Postgres was set back, workflows end whose records are over there or were never created, and no others', async () => {
  const never = ['never', '.. / ünal'];
  for (const id of ['open', 'over', ...never]) await createRecord(system, id, DEAD);
  await system.api.command('over', 'default_delete_aggregate');
  await system.sql(
    `create table backup as select document, deadline from redress.snapshot where aggregate_id = 'over'`,
  );
  await system.api.command('over', 'default_recover_aggregate');
  await expect.poll(() => statusOf(system, 'over')).toBe('RUNNING');
  await system.redress.stop();
  await system.sql(
    `update redress.snapshot set document = backup.document, deadline = backup.deadline from backup where aggregate_id = 'over'`,
  );
  await system.sql(`delete from redress.event_stream where aggregate_id = 'over' and version = 3`);
  for (const table of ['snapshot', 'event_stream']) {
    await system.sql(`delete from redress.${table} where aggregate_id = any($1)`, [never]);
  }
  await system.sql('update redress.temporal set epoch = epoch + 1');
  await system.start();
  for (const id of ['over', ...never]) {
    await expect.poll(() => statusOf(system, id), { timeout: 15_000 }).toBe('COMPLETED');
  }
  expect(await statusOf(system, 'open')).toBe('RUNNING');
  const swept = () => system.sql('select from redress.temporal where swept_epoch = epoch');
  await expect.poll(swept, { timeout: 10_000 }).toHaveLength(1);
});
