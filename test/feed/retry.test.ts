import { afterAll, beforeAll, expect, it } from 'vitest';
import { FAILED_EXECUTION } from '../support/api.ts';
import { eventually } from '../support/eventually.ts';
import { readFeed } from '../support/feed-reader.ts';
import { atVersion, createRecord } from '../support/records.ts';
import { type System, openSystem } from '../support/system.ts';

let system: System;
beforeAll(async () => {
  system = await openSystem();
});
afterAll(() => system.close());

it('an execution is retried by the service that reads the feed, and its outcome reported by REST', async () => {
  const query = '?event=compensation_prepared&context=notice-service&processor=OrderNoticeSaga';
  const service = await readFeed(system.redress.url, query);
  await createRecord(system, 'not-ours', {
    function: { ...FAILED_EXECUTION.function, processorName: 'Other' },
    retrySpec: { maxRetries: 3, minBackoff: 600, executionTimeout: 60 },
    executeAt: Date.now() - 600_000,
  });
  await createRecord(system, 'ours', {
    retrySpec: { maxRetries: 3, minBackoff: 600, executionTimeout: 60 },
    executeAt: Date.now() - 600_000,
  });
  const [prepared] = await service.until(1);
  expect(prepared?.data).toMatchObject({
    aggregateId: 'ours',
    version: 2,
    requestId: 'redress:retry:ours:1',
    body: [
      {
        name: 'compensation_prepared',
        body: { eventId: FAILED_EXECUTION.eventId, function: FAILED_EXECUTION.function, retryState: { retries: 1 } },
      },
    ],
  });
  await system.api.command('ours', 'apply_execution_success', { executeAt: Date.now() }, { 'Redress-Attempt': '1' });
  expect(await atVersion(system, 'ours', 3)).toMatchObject({ state: { status: 'SUCCEEDED' } });

  // What is sent again while the service is away waits for it.
  await service.leave();
  const target = { id: 'again', function: { ...FAILED_EXECUTION.function, functionKind: 'event' } };
  const answer = await system.api.send('PUT', '/execution_failed/ours/2/compensate', target);
  expect(await answer.text()).toBe('1');
  const back = await readFeed(system.redress.url, query, service.lastId());
  const [again] = await back.until(1);
  expect(again?.data).toMatchObject({
    aggregateId: 'ours',
    version: 2,
    header: { 'compensate.id': 'again', 'compensate.processor': 'OrderNoticeSaga' },
  });
  await back.leave();
  expect(service.events).toHaveLength(1);
});

it('how late the feed is stands in the metrics and in the health of the service', async () => {
  const reader = await readFeed(system.redress.url);
  await eventually(async () => {
    const metrics = await (await system.api.send('GET', '/metrics')).text();
    expect(metrics).toMatch(/^redress_feed_readers 1$/m);
    expect(metrics).toMatch(/^redress_feed_lag_seconds\{subscriber="\*"\} [\d.]+$/m);
  });
  const { body } = await system.api.get('/actuator/health/feed');
  expect(body).toMatchObject({ status: 'UP', details: { subscriberLagSeconds: {} } });

  // The service stops at once although somebody reads.
  const startedAt = Date.now();
  expect(await system.redress.stop()).toBe(0);
  expect(Date.now() - startedAt).toBeLessThan(5_000);
  await reader.ended;
});
