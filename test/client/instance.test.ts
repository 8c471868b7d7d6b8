import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expressRetries } from '../../client/src/express.ts';
import {
  type CreateExecutionFailed,
  ExecutionError,
  type Outcome,
  type Redress,
  type Retry,
  type RetryHandler,
  conditionsOn,
  connectRedress,
  guard,
  onEvent,
  onRecord,
  startFeedRetries,
} from '../../client/src/index.ts';
import { eventually } from '../support/eventually.ts';
import { startTcpProxy } from '../support/tcp-proxy.ts';
import { type System, openSystem } from '../support/system.ts';
import { SECRET } from './signed.ts';

const PUSHED = { contextName: 'pushed', processorName: 'Notices', name: 'onPaid' };
const PULLED = { contextName: 'pulled', processorName: 'Invoices', name: 'onShipped' };
/** Every retry is due at once. */
const SOON = { maxRetries: 3, minBackoff: 0, executionTimeout: 20 };

let server: Server;
let folder: string;
let system: System;
let redress: Redress;
/** What the handlers of the tests do, by the id of the event. */
const work = new Map<string, RetryHandler['handle']>();
const outcomes: { readonly retry: Retry; readonly outcome: Outcome }[] = [];

const handle: RetryHandler['handle'] = (retry, signal) => {
  const own = work.get(retry.eventId.id);
  if (own === undefined) throw new Error(`no test expects a retry of ${retry.eventId.id}`);
  return own(retry, signal);
};

beforeAll(async () => {
  const onOutcome = (retry: Retry, outcome: Outcome): void => {
    outcomes.push({ retry, outcome });
  };
  server = createServer(expressRetries([{ function: PUSHED, handle }], { secret: SECRET, onOutcome }));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  folder = await mkdtemp(join(tmpdir(), 'redress-client-'));
  const file = join(folder, 'targets.yaml');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const target = { name: 'test', kind: 'http', match: { context: PUSHED.contextName }, url, secret: SECRET };
  await writeFile(file, JSON.stringify({ targets: [{ ...target, allow: ['127.0.0.1'] }] }));
  system = await openSystem({ TARGETS_FILE: file });
  redress = connectRedress(system.redress.url);
});
afterAll(async () => {
  await system.close();
  server.close();
  server.closeAllConnections();
  await rm(folder, { recursive: true });
});

const eventIdOf = (id: string): CreateExecutionFailed['eventId'] => ({
  id,
  aggregateId: { contextName: 'sales', aggregateName: 'order', aggregateId: `order-${id}` },
  version: 1,
});

/** Lets a guarded handler fail with an event. The id of the record; null: it was reported before. */
async function fail(
  id: string,
  name = PUSHED,
  retrySpec = SOON,
  failure = new Error('refused'),
): Promise<string | null> {
  let reported: string | null | undefined;
  const handler = guard((_event: string) => Promise.reject(failure), {
    redress,
    function: name,
    eventId: eventIdOf,
    retrySpec,
    onReport: ({ aggregateId }) => {
      reported = aggregateId;
    },
  });
  await handler(id);
  if (reported === undefined) throw new Error('nothing was reported');
  return reported;
}

async function failed(...args: Parameters<typeof fail>): Promise<string> {
  const id = await fail(...args);
  if (id === null) throw new Error('it was reported before');
  return id;
}

/** Executes retries from the feed until it is stopped. */
const startFromFeed = (problems: unknown[] = [], from = redress) =>
  startFeedRetries(from, [{ function: PULLED, handle }], { onError: (error) => problems.push(error) });

const untilStatus = (id: string, status: string) =>
  eventually(async () => {
    const record = await redress.records.get(id);
    if (record.state.status !== status) throw new Error(`${id} is ${record.state.status}`);
    return record;
  });

describe.concurrent('a failure of a guarded handler', () => {
  it('is retried at the door of the service until that succeeds', async ({ expect }) => {
    const attempts: Retry[] = [];
    work.set('life', (retry) => {
      attempts.push(retry);
      if (retry.attempt === 1) throw new ExecutionError('Busy', 'not yet', { retryAfter: 1 });
    });
    const id = await failed('life');
    expect(await untilStatus(id, 'SUCCEEDED')).toMatchObject({ version: 5, state: { retryState: { retries: 2 } } });
    expect(attempts).toMatchObject([
      { idempotencyKey: `${id}:1`, eventId: { id: 'life' }, error: { errorMsg: 'refused' } },
      { idempotencyKey: `${id}:2`, error: { errorCode: 'Busy', errorMsg: 'not yet' } },
    ]);
    const [, , second] = await redress.events.of(id);
    expect(second?.header).toHaveProperty('redress_not_before');
    expect(outcomes.filter(({ retry }) => retry.executionId === id).map(({ outcome }) => outcome.kind)).toEqual([
      'failed',
      'succeeded',
    ]);
  });

  it('is one record however often it is reported', async ({ expect }) => {
    const later = { ...SOON, minBackoff: 3_600 };
    const id = await failed('twice', PUSHED, later);
    expect(await fail('twice', PUSHED, later)).toBeNull();
    expect(await redress.records.count(onRecord.eq('state.eventId.id', 'twice'))).toBe(1);
    expect(await redress.records.get(id)).toMatchObject({ version: 1 });
  });

  it('may be taken over by the service, which reports later', async ({ expect }) => {
    const begun = Promise.withResolvers<Retry>();
    work.set('longer', (retry) => {
      begun.resolve(retry);
      return 'accepted';
    });
    const id = await failed('longer');
    const { executionId, attempt } = await begun.promise;
    await redress.applyExecutionSuccess(executionId, { executeAt: Date.now() }, { attempt });
    expect(await untilStatus(id, 'SUCCEEDED')).toMatchObject({ version: 3 });
  });

  it('whose retry does not end in time fails with that', async ({ expect }) => {
    work.set('slow', (_, signal) => once(signal, 'abort'));
    const id = await failed('slow', PUSHED, { maxRetries: 1, minBackoff: 0, executionTimeout: 2 });
    await eventually(async () => {
      expect(await redress.records.get(id)).toMatchObject({
        version: 3,
        state: {
          status: 'FAILED',
          error: {
            errorCode: 'RequestTimeout',
            errorMsg: expect.stringContaining('pushed/Notices.onPaid did not end'),
          },
        },
      });
    });
  });

  it('executes its retries from the feed, those too that were prepared before, and reports every outcome', async ({
    expect,
  }) => {
    work.set('early', () => undefined);
    work.set('feed', ({ attempt }) => {
      if (attempt === 1) throw new Error('not yet');
    });
    const early = await failed('early', PULLED);
    await untilStatus(early, 'PREPARED');
    const problems: unknown[] = [];
    const retries = startFromFeed(problems);
    try {
      expect(await untilStatus(early, 'SUCCEEDED')).toMatchObject({ version: 3 });
      const id = await failed('feed', PULLED, SOON, new ExecutionError('X', 'x', { recoverable: 'RECOVERABLE' }));
      expect(await untilStatus(id, 'SUCCEEDED')).toMatchObject({
        version: 5,
        // Kept: the second failure says nothing about it.
        state: { recoverable: 'RECOVERABLE', error: { errorMsg: 'not yet' } },
      });
    } finally {
      await retries.stop();
    }
    expect(problems).toEqual([]);
  });
});

describe('a service that reads the feed', () => {
  it('goes on when Redress was away, and reports what ended meanwhile', async () => {
    const [begun, done] = [Promise.withResolvers<undefined>(), Promise.withResolvers<undefined>()];
    work.set('outage', () => {
      begun.resolve(undefined);
      return done.promise;
    });
    work.set('after', () => undefined);
    const network = await startTcpProxy(new URL(system.redress.url).host);
    const distant = connectRedress(`http://${network.address}`);
    const problems: unknown[] = [];
    const retries = startFromFeed(problems, distant);
    try {
      const id = await failed('outage', PULLED);
      await begun.promise;
      network.cut();
      const unreported = guard(() => Promise.reject(new Error('x')), {
        redress: distant,
        function: PULLED,
        eventId: eventIdOf,
      });
      await expect(unreported('lost')).rejects.toThrow('The broker has to deliver the event again.');
      const after = await failed('after', PULLED);
      await untilStatus(after, 'PREPARED');
      done.resolve(undefined);
      await eventually(() => {
        expect(problems.length).toBeGreaterThan(1);
      });
      network.restore();
      expect(await untilStatus(id, 'SUCCEEDED')).toMatchObject({ version: 3, state: { retryState: { retries: 1 } } });
      expect(await untilStatus(after, 'SUCCEEDED')).toMatchObject({ version: 3 });
    } finally {
      await retries.stop();
      await network.close();
    }
  });

  it('executes so many retries at once, of records with any id, and waits for them when it stops', async () => {
    const names = ['a ä', 'b %41', 'c:1/2'];
    const [begun, done] = [new Set<string>(), Promise.withResolvers<undefined>()];
    for (const name of names) {
      work.set(name, ({ eventId }) => {
        begun.add(eventId.id);
        return done.promise;
      });
    }
    const problems: unknown[] = [];
    const onError = problems.push.bind(problems);
    const retries = startFeedRetries(redress, [{ function: PULLED, handle }], { concurrency: 2, onError });
    const ids = await Promise.all(
      names.map(async (name) => {
        const error = { errorCode: 'X', errorMsg: 'x', stackTrace: '' };
        const body = { eventId: eventIdOf(name), error, executeAt: Date.now(), retrySpec: SOON };
        const options = { aggregateId: name };
        await redress.createExecutionFailed({ ...body, function: { functionKind: 'EVENT', ...PULLED } }, options);
        return name;
      }),
    );
    await Promise.all(ids.map((id) => untilStatus(id, 'PREPARED')));
    await eventually(() => {
      expect(begun.size).toBe(2);
    });
    const stopped = retries.stop();
    done.resolve(undefined);
    await stopped;
    const records = await Promise.all(ids.map((id) => redress.records.state(id)));
    expect(records.map(({ status }) => status).sort()).toEqual(['PREPARED', 'SUCCEEDED', 'SUCCEEDED']);
    expect(problems).toEqual([]);
  });

  it('leaves the feed when it stops', async () => {
    const retries = startFromFeed();
    await eventually(async () => {
      expect(await readers()).toBe(1);
    });
    await retries.stop();
    await eventually(async () => {
      expect(await readers()).toBe(0);
    });
  });
});

/** How many readers of the feed are connected. */
async function readers(): Promise<number> {
  const metrics = await (await fetch(`${system.redress.url}/metrics`)).text();
  return Number(/^redress_feed_readers(?:\{.*\})? (\d+)$/m.exec(metrics)?.[1]);
}

describe('the client of a whole instance', () => {
  const later = { maxRetries: 3, minBackoff: 3_600, executionTimeout: 60 };
  const report = (id: string): Promise<string> =>
    failed(id, PULLED, later, new ExecutionError('Bad', id, { bindingErrors: [{ name: 'x', msg: `y ${id}` }] }));

  it('has every command of the contract', async () => {
    const id = await report('commands');
    const name = { functionKind: 'EVENT', ...PULLED, name: 'onBilled' } as const;
    const error = { errorCode: 'X', errorMsg: 'x', stackTrace: '' };
    const waitStage = 'SNAPSHOT';
    await redress.applyRetrySpec(id, later);
    await redress.changeFunction(id, name);
    await redress.markRecoverable(id, 'RECOVERABLE');
    await redress.applyResourceTags(id, { team: ['a'] });
    await redress.prepareCompensation(id);
    await redress.applyExecutionFailed(id, { error, executeAt: 1, recoverable: 'RECOVERABLE' }, { attempt: 1 });
    await redress.forcePrepareCompensation(id);
    await redress.deleteAggregate(id, { expectedVersion: 8, waitStage });
    await expect(redress.prepareCompensation(id)).rejects.toMatchObject({ name: 'DeletedError', status: 410 });
    await expect(redress.records.get(id)).rejects.toMatchObject({ name: 'NotFoundError', errorCode: 'NotFound' });
    await redress.recoverAggregate(id, { requestId: 'back' });
    const result = await redress.applyExecutionSuccess(id, { executeAt: 2 }, { attempt: 2, waitStage });
    expect(result).toMatchObject({ stage: 'SNAPSHOT', aggregateVersion: 11, succeeded: true });
    const events = await redress.events.of(id);
    expect(events.map(({ body: [event] }) => event.name)).toEqual([
      'execution_failed_created',
      'retry_spec_applied',
      'function_changed',
      'recoverable_marked',
      'default_resource_tags_applied',
      'compensation_prepared',
      'execution_failed_applied',
      'compensation_prepared',
      'default_aggregate_deleted',
      'default_aggregate_recovered',
      'execution_success_applied',
    ]);
    expect(await redress.records.state(id, { version: 3 })).toMatchObject({ function: name, recoverable: 'UNKNOWN' });
    expect(await redress.records.state(id)).toMatchObject({ status: 'SUCCEEDED' });
    expect(await redress.records.trace(id)).toHaveLength(11);
  });

  it('tells of every stage of a command, and throws a refusal as soon as it comes', async () => {
    const id = await report('stages');
    const stages: string[] = [];
    for await (const { stage } of redress.stages.markRecoverable(id, 'RECOVERABLE', { waitStage: 'SNAPSHOT' })) {
      stages.push(stage);
    }
    expect(stages).toEqual(['SENT', 'PROCESSED', 'SNAPSHOT']);
    const refused = redress.stages.markRecoverable(id, 'RECOVERABLE');
    await expect(refused.next()).resolves.toMatchObject({ value: { stage: 'SENT' } });
    await expect(refused.next()).rejects.toMatchObject({
      name: 'RefusedError',
      errorCode: 'IllegalArgument',
      status: 400,
      message: 'ExecutionFailed recoverable is already marked to RECOVERABLE.',
      result: { stage: 'PROCESSED', aggregateId: id, aggregateVersion: 2 },
    });
  });

  it('throws errors that carry the code of the contract', async () => {
    const id = await report('errors');
    await expect(redress.markRecoverable(id, 'RECOVERABLE', { expectedVersion: 7 })).rejects.toMatchObject({
      name: 'ConflictError',
      errorCode: 'CommandExpectVersionConflict',
      status: 409,
    });
    await redress.markRecoverable(id, 'RECOVERABLE', { requestId: 'once' });
    await expect(redress.markRecoverable(id, 'UNKNOWN', { requestId: 'once' })).rejects.toMatchObject({
      name: 'DuplicateRequestIdError',
    });
    await expect(redress.deleteAggregate('nobody')).rejects.toMatchObject({ name: 'NotFoundError', status: 404 });
    await expect(
      redress.markRecoverable(id, 'UNKNOWN', { waitStage: 'PROJECTED', waitTimeout: 100 }),
    ).rejects.toMatchObject({ name: 'WaitTimeoutError', errorCode: 'RequestTimeout', status: 408 });
    // @ts-expect-error -- the compiler knows the words of the contract
    await expect(redress.markRecoverable(id, 'PERHAPS')).rejects.toMatchObject({ name: 'RefusedError', status: 400 });
  });

  it('asks for records and events in the query language', async () => {
    const ids = [await report('q1'), await report('q2'), await report('q3')];
    const { aggregateIds, and, between, contains, elemMatch, eq, isIn, nor, or, today } = onRecord;
    const mine = aggregateIds(ids);
    const sort = [{ field: 'aggregateId', direction: 'DESC' }] as const;
    const condition = and(
      mine,
      or(eq('state.error.errorMsg', 'q1'), contains('state.error.errorMsg', 'Q3', { ignoreCase: true })),
      nor(isIn('state.status', ['SUCCEEDED'])),
      between('state.retryState.retries', 0, 1),
      today('firstEventTime', { zoneId: 'UTC' }),
    );
    expect((await redress.records.list({ condition, sort })).map(({ aggregateId }) => aggregateId)).toEqual([
      ids[2],
      ids[0],
    ]);
    expect(await redress.records.page({ condition: mine, pagination: { index: 2, size: 2 } })).toMatchObject({
      total: 3,
      list: [{ aggregateId: ids[2] }],
    });
    const element = conditionsOn<{ name: string; msg: string }>();
    const one = await redress.records.states.single({
      condition: and(mine, elemMatch('state.error.bindingErrors', element.eq('msg', 'y q2'))),
    });
    expect(one?.id).toBe(ids[1]);
    expect(await redress.records.single({ condition: and(mine, onRecord.isTrue('deleted')) })).toBeNull();
    const parts = await redress.records.list({ condition: mine, projection: { include: ['state.status'] }, limit: 1 });
    expect(parts).toEqual([{ aggregateId: ids[0], state: { status: 'FAILED' } }]);
    expect(
      await redress.events.count(
        onEvent.and(onEvent.aggregateIds(ids), onEvent.eq('body.name', 'execution_failed_created')),
      ),
    ).toBe(3);
    const seen: string[] = [];
    for await (const { id } of redress.records.states.stream({ condition: mine, sort, limit: 2 })) seen.push(id);
    expect(seen).toEqual([ids[2], ids[1]]);
  });

  it('lets the compiler refuse fields, values and conditions that do not fit', () => {
    // @ts-expect-error -- no such field
    onRecord.eq('state.nonsense', 1);
    // @ts-expect-error -- no such status
    onRecord.eq('state.status', 'DONE');
    // @ts-expect-error -- a number is asked for
    onRecord.gt('state.retryState.retries', '3');
    // @ts-expect-error -- without children
    expect(onRecord.and()).toEqual({ operator: 'AND', children: [] });
    const wrong = () =>
      // @ts-expect-error -- a condition on events
      redress.records.count(onEvent.eq('commandId', 'x'));
    expect(wrong).toBeTypeOf('function');
    expect(onEvent.eq('header.command_operator', 'me')).toMatchObject({ field: 'header.command_operator' });
  });

  it('follows the feed, and gives the connection back when the loop is left', async () => {
    const id = await report('followed');
    await redress.markRecoverable(id, 'RECOVERABLE');
    const events = ['execution_failed_created', 'recoverable_marked'] as const;
    const seen: string[] = [];
    for await (const { event, data } of redress.feed({ events, from: 'beginning', functions: [PULLED.name] })) {
      if (data.aggregateId !== id) continue;
      seen.push(event);
      if (event === 'recoverable_marked') break;
    }
    expect(seen).toEqual(events);
    await eventually(async () => {
      expect(await readers()).toBe(0);
    });
  });

  it('has an event sent again, and makes ids', async () => {
    const id = await report('again');
    const target = { function: { functionKind: 'EVENT', ...PULLED } } as const;
    expect(await redress.compensate(id, 1, target)).toBe(1);
    expect(await redress.generateId()).toMatch(/^[0-9A-Za-z]{15}$/);
  });
});
