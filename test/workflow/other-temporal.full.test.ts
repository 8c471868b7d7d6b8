import { Context } from '@temporalio/activity';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createActivities } from '../../activities/index.ts';
import { type CommandHandler, StoreUnavailable } from '../../src/command-handler/index.ts';
import type { Target } from '../../src/dispatch/index.ts';
import { create, handlerOn, signal } from '../command-handler/handling.ts';
import { type Stage, createStage } from '../support/stage.ts';
import { type TestStore, openStore } from '../support/store.ts';

const TARGET: Target = {
  kind: 'temporal',
  name: 'workers',
  match: { context: '*', processor: '*', function: '*' },
  taskQueue: 'nobody',
  heartbeatTimeout: null,
  publishPrepared: null,
};

let store: TestStore;
let stage: Stage;

beforeAll(async () => {
  [store, stage] = await Promise.all([openStore(), createStage()]);
  await stage.open();
});
afterAll(async () => {
  await stage.leave();
  await store.close();
});

it('an activity that waits for Postgres says nothing of the Temporal that is another one meanwhile', async () => {
  const id = 'prepared';
  const handler = handlerOn(store);
  await handler.handle(id, [create(), signal('prepare_compensation')], 0);
  let epoch = 1;
  const failed = new Set<string>();
  const away: CommandHandler = {
    handle(...given) {
      const { isLocal, activityType } = Context.current().info;
      if (isLocal) throw new StoreUnavailable('a test');
      if (failed.has(activityType)) return handler.handle(...given);
      failed.add(activityType);
      epoch += 1;
      throw new StoreUnavailable('a test');
    },
  };
  const activities = createActivities({
    handler: away,
    now: Date.now,
    targets: { forFunction: () => TARGET, publishesPrepared: () => true, all: [TARGET] },
    onDelivered: () => undefined,
    epoch: () => epoch,
    autoRetry: true,
    searchable: () => false,
    links: { record: () => '', workflow: () => null },
  });
  const engaged: number[] = [];
  const noted = async <Result>(result: Promise<Result>): Promise<Result> => {
    await result;
    engaged.push((await store.record(id)).engaged);
    return result;
  };
  const workflow = await stage.play(id, {
    handle: (entries) => noted(activities.handle(id, entries)),
    readRetry: (attempt) => noted(activities.readRetry(id, attempt)),
  });
  await expect.poll(() => engaged, { timeout: 20_000 }).toEqual([1, 2]);
  await workflow.terminate();
});
