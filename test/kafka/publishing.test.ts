import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { FunctionInfo } from '../../src/domain/index.ts';
import { createFeed, redeliverVersion, resendStateEvents } from '../../src/feed/index.ts';
import { runOut } from '../../src/kafka/index.ts';
import { readFeedLag } from '../../src/store/index.ts';
import { create, handlerOn, signal } from '../command-handler/handling.ts';
import { FAILED_ATTEMPT, FAILED_EXECUTION } from '../support/api.ts';
import { eventually } from '../support/eventually.ts';
import { SILENT, type TestStore, openStore } from '../support/store.ts';
import { type Bus, createBus, labelOf, messageOf, refusal } from './bus.ts';

let store: TestStore;
beforeAll(async () => {
  store = await openStore();
});
afterAll(() => store.close());

const running: { stop(): Promise<unknown> }[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((each) => each.stop()));
});

const deps = { publishesPrepared: (_f: FunctionInfo) => true };

/** Publishes on a bus what happens from now on. */
async function publishOn(bus: Bus, { publishesPrepared } = deps): Promise<void> {
  const feed = createFeed({ pool: store.queries, log: SILENT });
  const { cluster } = bus;
  const out = await runOut({
    cluster,
    pools: store,
    feed,
    publishesPrepared,
    onPublished: () => undefined,
    log: SILENT,
  });
  running.push({
    async stop() {
      feed.stop();
      await out.stop();
    },
  });
}

const write = (id: string, ...entries: Parameters<ReturnType<typeof handlerOn>['handle']>[1]) =>
  handlerOn(store).handle(id, entries, 1);

/** What a bus has taken, as soon as all that has happened is published. */
async function published(bus: Bus): Promise<readonly string[]> {
  await eventually(async () => {
    const { heldBack, subscribers } = await readFeedLag(store.queries);
    expect([heldBack, subscribers['kafka']]).toEqual([0, 0]);
  });
  return bus.records.map(labelOf);
}

const only = (labels: readonly string[], ids: string): string[] => labels.filter((label) => label.includes(ids));

const prepare = () => signal('prepare_compensation');
const due = () => create(1);

describe('what happens', () => {
  it('is published in the order of each record, the event before the state after it', async () => {
    const bus = createBus();
    await publishOn(bus);
    await write('order-a', due(), prepare(), signal('apply_execution_failed', FAILED_ATTEMPT));
    await write('order-b', due());
    await write('order-a', signal('default_delete_aggregate'));
    const labels = await published(bus);
    for (const kind of ['event', 'state']) {
      expect(only(labels, `${kind} order-a`)).toEqual([1, 2, 3, 4].map((version) => `${kind} order-a/${version}`));
    }
    for (const label of only(labels, 'state order')) {
      expect(labels.indexOf(label.replace('state', 'event'))).toBeLessThan(labels.indexOf(label));
    }
    const { snapshot } = await store.record('order-a');
    const last = bus.records.find((record) => labelOf(record) === 'state order-a/4');
    if (last === undefined) throw new Error('there is no last state');
    expect(messageOf(last)).toMatchObject({ state: snapshot.state, deleted: true, tags: {}, spaceId: '' });
    expect(messageOf(last)).not.toHaveProperty('size');
    expect([last.key, last.timestamp]).toEqual(['order-a', snapshot.eventTime]);
  });

  it('is told with the state of its time after a restart, whatever came since', async () => {
    await publishOn(createBus());
    await running.pop()?.stop();
    await write('late-a', due(), prepare());
    await write('late-b', due());
    const first = createBus();
    await publishOn(first);
    await published(first);
    await running.pop()?.stop();
    // Nothing of either is known to the next one: of one the snapshot is the state, of the other it is newer.
    await write('late-a', signal('apply_execution_failed', FAILED_ATTEMPT), prepare());
    await write('late-b', prepare());
    const second = createBus();
    await publishOn(second);
    const labels = await published(second);
    expect(only(labels, 'late')).toEqual(
      ['late-a/3', 'late-a/4', 'late-b/2']
        .map((each) => `event ${each}`)
        .concat(['late-a/3', 'late-a/4', 'late-b/2'].map((each) => `state ${each}`)),
    );
    const statuses = second.records
      .map(messageOf)
      .flatMap(({ state }) => (state as { status: string } | undefined)?.status ?? []);
    expect(statuses).toEqual(['FAILED', 'PREPARED', 'PREPARED']);
  });

  it('comes again until the brokers have taken it, and nothing is left out', async () => {
    const bus = createBus();
    let failures = 2;
    bus.onBatch = () => {
      if ((failures -= 1) >= 0) throw new Error('connect ECONNREFUSED');
    };
    await publishOn(bus);
    await write('again-a', due(), prepare());
    expect(new Set(only(await published(bus), 'again'))).toEqual(
      new Set(['event again-a/1', 'event again-a/2', 'state again-a/1', 'state again-a/2']),
    );
  });
});

describe('what is sent again on request', () => {
  it('is published as the owner of the event would', async () => {
    await write('request-a', due(), prepare());
    const bus = createBus();
    await publishOn(bus);
    await published(bus);
    bus.records.length = 0;
    const { functionKind: _kind, ...f } = FAILED_EXECUTION.function;
    await redeliverVersion(store, 'request-a', 1, { id: 'wish-1', function: { ...f, functionKind: 'EVENT' } });
    await redeliverVersion(store, 'request-a', 1, { id: 'wish-2', function: { ...f, functionKind: 'STATE_EVENT' } });
    await resendStateEvents(store, 'request-a', 'wish-3', new AbortController().signal);
    expect((await published(bus)).toSorted()).toEqual([
      'event request-a/1',
      'state request-a/1',
      'state request-a/1',
      'state request-a/2',
    ]);
    expect(messageOf(bus.records[0] ?? { topic: '', key: '', value: '{}', timestamp: 0 })['header']).toMatchObject({
      'compensate.id': 'wish-1',
      'compensate.context': 'notice-service',
      'compensate.processor': 'OrderNoticeSaga',
      'compensate.function': 'onOrderPaid',
    });
  });
});

describe('a prepared retry of a function that failed on an event of ours', () => {
  const owned = (aggregateId: string, version: number, functionKind: FunctionInfo['functionKind']) =>
    create(1, {
      eventId: {
        id: 'event-of-ours',
        aggregateId: {
          contextName: 'compensation-service',
          aggregateName: 'execution_failed',
          aggregateId,
          tenantId: '(0)',
        },
        version,
      },
      function: { ...FAILED_EXECUTION.function, functionKind },
    });

  it.each([
    ['EVENT', 'event', 1],
    ['STATE_EVENT', 'state', 2],
  ] as const)('has us publish it again, for %s', async (functionKind, kind, version) => {
    const id = `own-${kind}`;
    await write(id, due(), prepare());
    const bus = createBus();
    await publishOn(bus);
    await published(bus);
    bus.records.length = 0;
    await write(`of-${id}`, owned(id, version, functionKind), prepare());
    expect(only(await published(bus), ` ${id}`)).toEqual([`${kind} ${id}/${version}`]);
    const record = bus.records.find(({ key }) => key === id);
    const stored = (await store.events(id))[version - 1];
    const message = record === undefined ? {} : messageOf(record);
    expect(message).toMatchObject({
      id: stored?.id,
      body: stored?.body,
      header: {
        ...stored?.header,
        'compensate.id': `of-${id}`,
        'compensate.context': 'notice-service',
        'compensate.processor': 'OrderNoticeSaga',
        'compensate.function': 'onOrderPaid',
      },
    });
    expect('state' in message).toBe(kind === 'state');
  });

  it('that is not stored publishes nothing more', async () => {
    const bus = createBus();
    await publishOn(bus);
    await write('of-none', owned('own-none', 7, 'EVENT'), prepare());
    expect(only(await published(bus), 'own-none')).toEqual([]);
    expect(only(await published(bus), 'event of-none')).toHaveLength(2);
  });
});

it('keeps prepared retries off the topics where their target says so, and everything else on them', async () => {
  const bus = createBus();
  await publishOn(bus, { publishesPrepared: ({ contextName }) => contextName !== 'notice-service' });
  await write('pushed', due(), prepare(), signal('apply_execution_failed', FAILED_ATTEMPT));
  const other = { ...FAILED_EXECUTION.function, contextName: 'other-service' };
  await write('read', create(1, { function: other }), prepare());
  expect(only(await published(bus), ' pushed')).toEqual(
    [1, 3].map((version) => `event pushed/${version}`).concat([1, 3].map((version) => `state pushed/${version}`)),
  );
  expect(only(await published(bus), ' read')).toHaveLength(4);
  const last = bus.records.findLast(({ key }) => key === 'pushed');
  expect(last === undefined ? {} : messageOf(last)['state']).toMatchObject({
    status: 'FAILED',
    retryState: { retries: 1 },
  });
});

it('goes without its time where the brokers refuse that, and is no dead letter', async () => {
  const bus = createBus();
  bus.onBatch = (records) => {
    if (records.some(({ timestamp }) => timestamp !== null)) throw refusal('INVALID_TIMESTAMP');
  };
  await publishOn(bus);
  await write('timeless', due());
  expect(only(await published(bus), 'timeless')).toEqual(['event timeless/1', 'state timeless/1']);
  expect(await store.sql(`select reason from redress.dead_letter where key = 'timeless'`)).toEqual([]);
});

describe('a dead letter', () => {
  const letters = (key: string) =>
    store.sql<{ topic: string; reason: string; value: string }>(
      'select topic, reason, value from redress.dead_letter where key = $1 order by topic',
      [key],
    );

  it('is what Wow could not read; the feed goes on', async () => {
    const bus = createBus();
    await publishOn(bus);
    await published(bus);
    const broken = JSON.stringify({
      id: 'broken-stream',
      contextName: 'compensation-service',
      aggregateName: 'execution_failed',
      header: {},
      aggregateId: 'broken',
      tenantId: '(0)',
      ownerId: '',
      spaceId: '',
      commandId: 'broken-command',
      requestId: 'r-broken',
      version: 1,
      body: [{ id: 'e', name: 'execution_success_applied', revision: '0.0.1', body: {} }],
      createTime: 1,
    });
    await store.sql('insert into redress.event_stream (document) values ($1)', [broken]);
    await write('behind', due());
    expect(only(await published(bus), ' behind')).toEqual(['event behind/1', 'state behind/1']);
    expect(only(bus.records.map(labelOf), 'broken')).toEqual([]);
    expect(await letters('broken')).toEqual([
      {
        topic: 'wow.compensation.execution_failed.event',
        reason: expect.stringContaining('body.0.bodyType') as string,
        value: expect.stringContaining('broken-stream') as string,
      },
      {
        topic: 'wow.compensation.execution_failed.state',
        reason: expect.stringContaining('do not follow one another') as string,
        value: '',
      },
    ]);
  });

  it('is what the brokers refuse for good, alone of its batch', async () => {
    const bus = createBus();
    bus.onBatch = (records) => {
      if (records.some(({ key }) => key === 'refused')) throw refusal('INVALID_RECORD');
    };
    await publishOn(bus);
    await Promise.all(['taken-1', 'refused', 'taken-2'].map((id) => write(id, due())));
    expect(only(await published(bus), 'taken').toSorted()).toEqual([
      'event taken-1/1',
      'event taken-2/1',
      'state taken-1/1',
      'state taken-2/1',
    ]);
    expect((await letters('refused')).map(({ reason }) => reason)).toEqual(
      Array(2).fill('refused by the broker: INVALID_RECORD: a broker says so'),
    );
  });

  it('is what is too large without its stack traces; a limit that was lowered is asked for again', async () => {
    const bus = createBus();
    await publishOn(bus);
    await write('large-0', due());
    await published(bus);
    bus.maxMessageBytes = 8_000;
    bus.onBatch = (records) => {
      const sizes = records.map(({ key, value }) => Buffer.byteLength(key) + Buffer.byteLength(value));
      if (sizes.reduce((sum, size) => sum + size, 100) > bus.maxMessageBytes) throw refusal('MESSAGE_TOO_LARGE');
    };
    const error = {
      errorCode: 'BadRequest',
      errorMsg: 'refused',
      stackTrace: '\tat some.Place\n'.repeat(3_000),
      succeeded: false,
    };
    await write('large-cut', create(1, { error }));
    await write('large-dead', create(1, { error: { ...error, errorMsg: 'm'.repeat(9_000) } }));
    expect(only(await published(bus), 'large').toSorted()).toEqual([
      'event large-0/1',
      'event large-cut/1',
      'state large-0/1',
      'state large-cut/1',
    ]);
    expect((await letters('large-dead')).map(({ reason }) => reason)).toEqual(
      Array(2).fill(expect.stringMatching(/^too large/)),
    );
  });
});
