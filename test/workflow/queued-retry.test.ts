import { setTimeout as pause } from 'node:timers/promises';
import { optionalTsToMs } from '@temporalio/common/lib/time.js';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Stage, createStage, open, over } from '../support/stage.ts';

let stage: Stage;

beforeAll(async () => {
  stage = await createStage();
  await stage.open();
});
afterAll(() => stage.leave());

it('an attempt whose target has changed since goes the way that it goes now', async () => {
  const asked: string[] = [];
  const until = Date.now() + 60_000;
  let looks = 0;
  const workflow = await stage.play('moved', {
    handle(entries) {
      if (entries.length > 0) return over();
      looks += 1;
      return open({ delivery: looks === 1 ? { attempt: 2, until, queue: 'retries' } : { attempt: 2, until } });
    },
    readRetry(attempt) {
      asked.push(`readRetry ${attempt}`);
      return Promise.resolve({ kind: 'moved' });
    },
    deliver(attempt) {
      asked.push(`deliver ${attempt}`);
      return Promise.resolve({ kind: 'succeeded', executeAt: 1 });
    },
  });
  await workflow.result();
  expect(asked).toEqual(['readRetry 2', 'deliver 2']);
});

it('an attempt for a task queue waits for Postgres, and does not fail because of it', async () => {
  let asked = 0;
  const workflow = await stage.play('queued-in-an-outage', {
    handle: (entries) =>
      entries.length === 0 ? open({ delivery: { attempt: 1, until: Date.now() + 60_000, queue: 'retries' } }) : over(),
    readRetry() {
      asked += 1;
      if (asked <= 4) throw new Error('Postgres is away');
      return Promise.resolve({
        kind: 'queued',
        target: 'nobody',
        queue: 'retries',
        heartbeatTimeout: null,
        retry: { deadline: Date.now() + 1_000 },
      });
    },
  });
  await workflow.result();
  expect(asked).toBe(5);
});

it('an attempt for a task queue ends at its deadline, however long Postgres was asked about it', async () => {
  let deadline = 0;
  const workflow = await stage.play('queued-late', {
    handle: (entries) =>
      entries.length === 0 ? open({ delivery: { attempt: 1, until: Date.now() + 60_000, queue: 'retries' } }) : over(),
    async readRetry() {
      deadline = Date.now() + 4_000;
      await pause(2_000);
      return {
        kind: 'queued',
        target: 'nobody',
        queue: 'retries',
        heartbeatTimeout: null,
        now: Date.now(),
        retry: { deadline },
      };
    },
  });
  await workflow.result();
  const { events } = await workflow.fetchHistory();
  const queued = events?.find((event) => event.activityTaskScheduledEventAttributes);
  const limit = optionalTsToMs(queued?.activityTaskScheduledEventAttributes?.scheduleToCloseTimeout) ?? 0;
  expect(limit).toBeLessThanOrEqual(2_000);
  expect(limit).toBeGreaterThan(0);
});
