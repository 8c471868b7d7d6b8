import { afterAll, beforeAll, expect, it } from 'vitest';
import { FAILED_ATTEMPT, FAILED_EXECUTION } from '../support/api.ts';
import { atVersion, createRecord } from '../support/records.ts';
import { type System, openSystem } from '../support/system.ts';
import { TARGET_CONTEXT, type Target, startTarget } from '../support/target.ts';

let target: Target;
let system: System;

beforeAll(async () => {
  target = await startTarget();
  system = await openSystem({ TARGETS_FILE: target.file });
});
afterAll(async () => {
  await system.close();
  await target.close();
});

it('an attempt whose outcome was lost is delivered again, the last one and that of a record with new events too', async () => {
  const ids = ['lost', 'lost-in-the-last', 'written-to'];
  for (const id of ids) {
    await createRecord(system, id, {
      function: { ...FAILED_EXECUTION.function, contextName: TARGET_CONTEXT },
      retrySpec: { maxRetries: id === 'lost-in-the-last' ? 1 : 3, minBackoff: 600, executionTimeout: 600 },
      executeAt: Date.now() - 600_000,
    });
    await target.delivery(id, 1);
  }
  await system.sql('create table backup as select aggregate_id, document, deadline from redress.snapshot');
  for (const id of ids) {
    (await target.delivery(id, 1)).answer(500, FAILED_ATTEMPT.error);
    await atVersion(system, id, 3);
  }

  await system.sql(`with lost as (delete from redress.event_stream where version = 3)
update redress.snapshot set document = backup.document, deadline = backup.deadline
from backup where snapshot.aggregate_id = backup.aggregate_id`);
  // Before anybody has noticed: the workflow knows of as many versions.
  const { body } = await system.api.command('written-to', 'default_apply_resource_tags', { tags: { team: ['a'] } });
  expect(body).toMatchObject({ aggregateVersion: 3, succeeded: true });
  await system.sql(
    `with feed as (update redress.feed set era = era + 1) update redress.temporal set epoch = epoch + 1`,
  );

  for (const id of ids) {
    const again = await target.delivery(id, 2, 20_000);
    expect(again.headers['idempotency-key']).toBe(`${id}:1`);
    again.answer(200);
    const version = id === 'written-to' ? 4 : 3;
    expect(await atVersion(system, id, version)).toMatchObject({ state: { status: 'SUCCEEDED' } });
  }
}, 60_000);
