import { setTimeout as pause } from 'node:timers/promises';
import { Context } from '@temporalio/activity';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { bundleWorkflows, openLink } from '../../src/temporal/index.ts';
import { temporalAddress } from '../support/servers.ts';
import { type Stage, createStage, open, over } from '../support/stage.ts';
import { DELIVERY_QUEUE } from '../../workflows/task-queues.ts';
import { TASK_QUEUE } from '../../src/temporal/names.ts';

/** Deliveries that one process makes at the same time. */
const DELIVERY_SLOTS = 200;

let stage: Stage;

beforeAll(async () => {
  stage = await createStage();
});
afterAll(() => stage.leave());

it('a worker that cannot be made says why and is tried again, while the connection serves', async () => {
  vi.stubEnv('TEMPORAL_ADDRESS', temporalAddress());
  vi.stubEnv('TEMPORAL_NAMESPACE', stage.namespace);
  const lines: string[] = [];
  let tries = 0;
  const link = openLink({
    log: pino({ level: 'warn' }, { write: (line) => void lines.push(line) }),
    onNamespace: () => Promise.resolve(),
    worker: {
      bundle: () => ((tries += 1) < 3 ? Promise.reject(new Error('there is no bundle')) : bundleWorkflows()),
      activities: { handle: () => Promise.resolve(over()), deliver: () => Promise.resolve({ kind: 'gone' }) },
      onReply: () => undefined,
      maxCachedWorkflows: 10,
      shutdownGraceTime: 1,
    },
  });
  const states = new Set<string>();
  const isServing = (): boolean => {
    states.add(JSON.stringify(link.state()));
    return link.client() !== null;
  };
  await expect.poll(isServing, { interval: 5, timeout: 20_000 }).toBe(true);
  await expect.poll(() => isServing() && tries === 2, { interval: 5, timeout: 5_000 }).toBe(true);
  expect([...states]).toContain('{"connected":true,"worker":"STOPPED","reason":"there is no bundle"}');
  await expect
    .poll(() => isServing() && link.state(), { interval: 5, timeout: 40_000 })
    .toEqual({ connected: true, worker: 'RUNNING', reason: null });
  const told = lines
    .map((line) => JSON.parse(line) as { msg: string; reason?: string })
    .filter(({ reason }) => reason === 'there is no bundle');
  expect(told.map(({ msg }) => msg)).toEqual(['the worker cannot be made: trying again']);
  await link.stop();
  expect(link.state()).toMatchObject({ worker: 'STOPPED' });
}, 60_000);

it('targets that hang hold up no command, also where it needs a second try because Postgres was away', async () => {
  await stage.open();
  let attempts = 0;
  let started = 0;
  // One record that is due again and again stands in for many.
  await stage.play('slow', {
    handle() {
      attempts += 1;
      const deadline = attempts < DELIVERY_SLOTS + 10 ? Date.now() - 1 : null;
      return open({ deadline, delivery: { attempt: attempts, until: Date.now() + 600_000 } });
    },
    deliver() {
      started += 1;
      return Context.current().cancelled;
    },
  });
  await expect.poll(() => started, { timeout: 20_000 }).toBeGreaterThanOrEqual(DELIVERY_SLOTS);
  const unrelated = await stage.play('unrelated', {
    handle(_entries, isLocal) {
      if (isLocal) throw new Error('Postgres is away');
      return over();
    },
  });
  const isDone = unrelated.result().then(() => true);
  expect(await Promise.race([isDone, pause(5_000, false)])).toBe(true);
  await stage.close();
}, 40_000);

it('a delivery that an earlier release has scheduled is made', async () => {
  const { code } = await bundleWorkflows();
  // Back then deliveries waited in the queue of the workflow.
  await stage.open({ code: code.replaceAll(DELIVERY_QUEUE, TASK_QUEUE) });
  const delivered = new Promise<number>((resolve) => {
    void stage.play('earlier', {
      handle: (entries) =>
        entries.length === 0 ? open({ delivery: { attempt: 1, until: Date.now() + 60_000 } }) : over(),
      deliver(attempt) {
        resolve(attempt);
        return Promise.resolve({ kind: 'succeeded', executeAt: 1 });
      },
    });
  });
  expect(await delivered).toBe(1);
  await stage.close();
});
