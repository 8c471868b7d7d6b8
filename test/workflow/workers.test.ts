import { setTimeout as pause } from 'node:timers/promises';
import { Context } from '@temporalio/activity';
import { optionalTsToMs } from '@temporalio/common/lib/time.js';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Entry } from '../../src/domain/index.ts';
import { bundleWorkflows, openLink } from '../../src/temporal/index.ts';
import { temporalAddress } from '../support/servers.ts';
import { type Stage, createStage, open, over } from '../support/stage.ts';
import type { Delivered } from '../../workflows/activities.ts';
import { SYNC } from '../../workflows/signal-names.ts';
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
      activities: {
        handle: () => Promise.resolve(over()),
        deliver: () => Promise.resolve({ kind: 'gone' }),
        readRetry: () => Promise.resolve({ kind: 'gone' }),
      },
      onReply: () => undefined,
      maxCachedWorkflows: 10,
      shutdownGraceTime: 1,
      shutdownForceTime: 3,
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

it('an attempt is delivered again after the record was set back to before it', async () => {
  await stage.open();
  let version = 5;
  const delivered: number[] = [];
  const workflow = await stage.play('set-back', {
    handle: () =>
      delivered.length < 2 ? open({ version, delivery: { attempt: 1, until: Date.now() + 60_000 } }) : over(),
    deliver(attempt) {
      delivered.push(attempt);
      return Promise.resolve({ kind: 'accepted' });
    },
  });
  await expect.poll(() => delivered, { timeout: 20_000 }).toEqual([1]);
  await workflow.signal(SYNC);
  await pause(1_000);
  expect(delivered).toEqual([1]);
  version = 3;
  await workflow.signal(SYNC);
  await expect.poll(() => delivered, { timeout: 20_000 }).toEqual([1, 1]);
  await workflow.signal(SYNC);
  await workflow.result();
  await stage.close();
}, 60_000);

it('an attempt is delivered again when the feed has a later era, but not while it is under way', async () => {
  await stage.open();
  let era = 1;
  const delivered: number[] = [];
  const first = Promise.withResolvers<Delivered>();
  const workflow = await stage.play('later-era', {
    handle: () => (delivered.length < 2 ? open({ era, delivery: { attempt: 1, until: Date.now() + 60_000 } }) : over()),
    deliver(attempt) {
      delivered.push(attempt);
      return delivered.length === 1 ? first.promise : Promise.resolve({ kind: 'accepted' });
    },
  });
  await expect.poll(() => delivered, { timeout: 20_000 }).toEqual([1]);
  const look = async (): Promise<void> => {
    await workflow.signal(SYNC);
    await pause(1_000);
  };
  era = 2;
  await look();
  expect(delivered).toEqual([1]);
  first.resolve({ kind: 'accepted' });
  await look();
  expect(delivered).toEqual([1]);
  era = 3;
  await look();
  expect(delivered).toEqual([1, 1]);
  await workflow.signal(SYNC);
  await workflow.result();
  await stage.close();
}, 60_000);

it('a delivery that ignores its cancellation is left behind: the connection is closed in time, and the log says why', async () => {
  vi.stubEnv('TEMPORAL_ADDRESS', temporalAddress());
  vi.stubEnv('TEMPORAL_NAMESPACE', stage.namespace);
  const lines: string[] = [];
  const endless = Promise.withResolvers<Delivered>();
  let isDelivering = false;
  const link = openLink({
    log: pino({ level: 'warn' }, { write: (line) => void lines.push(line) }),
    onNamespace: () => Promise.resolve(),
    worker: {
      bundle: bundleWorkflows,
      activities: {
        handle: () => Promise.resolve(open({ delivery: { attempt: 1, until: Date.now() + 60_000 } })),
        deliver() {
          isDelivering = true;
          return endless.promise;
        },
        readRetry: () => Promise.resolve({ kind: 'gone' }),
      },
      onReply: () => undefined,
      maxCachedWorkflows: 10,
      shutdownGraceTime: 0.5,
      shutdownForceTime: 1,
    },
  });
  await expect.poll(() => link.state().worker, { timeout: 40_000 }).toBe('RUNNING');
  const workflow = await stage.play('endless', { handle: over });
  await expect.poll(() => isDelivering, { timeout: 20_000 }).toBe(true);
  await link.stop();
  endless.resolve({ kind: 'gone' });
  await workflow.terminate();
  expect(lines.map((line) => (JSON.parse(line) as { msg: string }).msg)).toContain(
    'activities did not end in time: they are carried out again elsewhere',
  );
}, 60_000);

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

describe('with the workers of the service', () => {
  beforeAll(() => stage.open());
  afterAll(() => stage.close());

  it('targets that hang hold up no command, also where it needs a second try because Postgres was away', async () => {
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
  }, 40_000);

  it('a timer runs until its deadline, however long the result that named it lay in the history', async () => {
    let deadline = 0;
    let stopping: Promise<void> | undefined;
    const workflow = await stage.play('late', {
      async handle(entries, isLocal) {
        if (entries.length > 0) return over();
        if (isLocal) throw new Error('Postgres is away');
        // It completes while the worker ends, so that nobody is there to look at it.
        stopping = stage.close();
        await pause(300);
        deadline = Date.now() + 4_000;
        return open({ deadline });
      },
    });
    await expect.poll(() => deadline, { timeout: 10_000 }).toBeGreaterThan(0);
    await stopping;
    await pause(2_000);
    await stage.open();
    await workflow.result();
    const { events } = await workflow.fetchHistory();
    const armed = events?.find((event) => event.timerStartedEventAttributes);
    const left = deadline - (optionalTsToMs(armed?.eventTime) ?? 0);
    const runs = optionalTsToMs(armed?.timerStartedEventAttributes?.startToFireTimeout) ?? 0;
    expect(Math.abs(runs - Math.max(left, 0))).toBeLessThan(1_000);
  });

  it('a deadline that has passed while its timer still runs is due at the next look', async () => {
    const entries: Entry[] = [];
    let deadline: number | undefined;
    const workflow = await stage.play('overdue', {
      handle(given) {
        entries.push(...given);
        if (given.length > 0) return over();
        if (deadline !== undefined) return open({ deadline });
        deadline = Date.now() + 500;
        // Told by a clock that was a minute behind.
        return open({ deadline, now: Date.now() - 60_000 });
      },
    });
    await expect.poll(() => deadline, { timeout: 10_000 }).toBeDefined();
    await pause(600);
    await workflow.signal(SYNC);
    await workflow.result();
    expect(entries).toEqual([{ origin: 'timer', version: 1, deadline }]);
  });

  it('an attempt that was lost until its time was over is delivered again under its number where it goes on', async () => {
    const looks: number[] = [];
    const tries: number[] = [];
    const workflow = await stage.play('lost', {
      handle(entries) {
        looks.push(entries.length);
        if (entries.length > 0) return over();
        // As for an attempt that may take hours: an answer has to be there within the first.
        const until = Date.now() + (looks.length === 1 ? 500 : 60_000);
        return open({ delivery: { attempt: 3, until } });
      },
      deliver(attempt) {
        tries.push(attempt);
        // What Temporal makes of a worker that died.
        if (tries.length === 1) throw new Error('the worker gave up');
        return Promise.resolve({ kind: 'succeeded', executeAt: 1 });
      },
    });
    await workflow.result();
    expect(tries).toEqual([3, 3]);
    expect(looks).toEqual([0, 0, 1]);
  });

  it('an attempt that was lost is looked at once and left alone where it is over', async () => {
    let looks = 0;
    const workflow = await stage.play('lost-for-good', {
      handle() {
        looks += 1;
        return open({ delivery: looks === 1 ? { attempt: 1, until: Date.now() - 60_000 } : null });
      },
    });
    await expect.poll(() => looks, { timeout: 10_000 }).toBe(2);
    await pause(2_500);
    expect(looks).toBe(2);
    await workflow.terminate();
  });
});
