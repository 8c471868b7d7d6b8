import { Admin } from '@platformatic/kafka';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { type IncomingMessage, createServer as createHttpServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { EventStream } from '../../src/domain/index.ts';
import type { WaitSignal } from '../../src/gateway/index.ts';
import { eventually } from '../support/eventually.ts';
import { type KafkaBroker, startKafkaBroker } from '../support/kafka-broker.ts';
import {
  COMMANDS,
  DEAD_LETTERS,
  GROUP,
  type KafkaPeer,
  type SentRecord,
  connectPeer,
} from '../support/kafka-commands.ts';
import { describeWithKafka } from '../support/kafka-distribution.ts';
import { type System, openSystem } from '../support/system.ts';
import { CREATE_BODY, sentCommand } from './sent-command.ts';

/** Milliseconds; a broker that starts on a busy machine takes most of them. */
const START = 180_000;
const PATIENCE = 60_000;
/** A report that is not retried by itself for as long as the tests run. */
const PARKED = {
  ...CREATE_BODY,
  executeAt: Date.now(),
  retrySpec: { maxRetries: 5, minBackoff: 3_600, executionTimeout: 60 },
};
/** Bytes: with anything beside it, a record of so many is too large. */
const LARGE = 1_048_400;
const RECORDS = 20;
const UPDATES = 8;
const PARTITIONS = 6;

describeWithKafka('commands from Kafka', () => {
  let broker: KafkaBroker;
  let peer: KafkaPeer;
  let system: System;
  beforeAll(async () => {
    broker = await startKafkaBroker();
    peer = connectPeer(broker);
    system = await openSystem({ KAFKA_BROKERS: broker.address, CREATE_PATH: 'auto', WAIT_HOSTS: '127.0.0.1' });
  }, START);
  afterAll(async () => {
    await system.close();
    await peer.close();
    await broker.remove();
  }, START);

  const send = (...commands: readonly Readonly<Record<string, unknown>>[]): Promise<void> =>
    peer.send(
      COMMANDS,
      commands.map((command) => ({ key: String(command['aggregateId']), value: JSON.stringify(command) })),
    );
  const create = (id: string, body: object = PARKED, but: Readonly<Record<string, unknown>> = {}) =>
    sentCommand('create_execution_failed', id, `create-${id}`, body, but);
  const eventsOf = async (id: string): Promise<EventStream[]> =>
    (
      await system.sql<{ document: EventStream }>(
        'select document from redress.event_stream where aggregate_id = $1 order by version',
        [id],
      )
    ).map(({ document }) => document);
  const untilVersion = (id: string, version: number): Promise<EventStream[]> =>
    eventually(async () => {
      const events = await eventsOf(id);
      expect(events.length).toBeGreaterThanOrEqual(version);
      return events;
    }, PATIENCE);
  const untilAllTaken = (): Promise<void> =>
    eventually(async () => {
      const { body } = await system.api.get('/actuator/health');
      const { components } = body as { components: { kafkaCommands: { details: { lag: number } } } };
      expect(components.kafkaCommands.details.lag).toBe(0);
    }, PATIENCE);

  it(
    'carry a failure from its report over two retries to its end',
    async () => {
      const id = '0VbmUhk0000C005';
      const body = {
        ...CREATE_BODY,
        executeAt: Date.now(),
        retrySpec: { maxRetries: 5, minBackoff: 1, executionTimeout: 30 },
      };
      await send(
        create(id, body, {
          id: '0VbmUhk0000C006',
          requestId: '0VbmUhk0000C006',
          header: { trace_id: '0VbmUhk0000C006' },
        }),
      );
      await untilVersion(id, 2);
      const failed = {
        id,
        error: { ...CREATE_BODY.error, errorMsg: 'still locked' },
        executeAt: Date.now(),
        recoverable: 'UNKNOWN',
      };
      await send(sentCommand('apply_execution_failed', id, '0VbmViMV000C007', failed));
      await untilVersion(id, 4);
      await send(sentCommand('apply_execution_success', id, '0VbmWT78000C008', { id, executeAt: Date.now() }));
      const events = await untilVersion(id, 5);
      expect(events.map(({ body: [event] }) => event.name)).toEqual([
        'execution_failed_created',
        'compensation_prepared',
        'execution_failed_applied',
        'compensation_prepared',
        'execution_success_applied',
      ]);
      const [created, , applied, , succeeded] = events;
      for (const [event, commandId, name] of [
        [created, '0VbmUhk0000C006', 'create_execution_failed'],
        [applied, '0VbmViMV000C007', 'apply_execution_failed'],
        [succeeded, '0VbmWT78000C008', 'apply_execution_success'],
      ] as const) {
        expect(event).toMatchObject({ commandId, requestId: commandId });
        expect(event?.header).toEqual({ trace_id: commandId, upstream_id: commandId, upstream_name: name });
      }
      expect(await system.api.snapshot(id)).toMatchObject({ state: { status: 'SUCCEEDED' } });
    },
    PATIENCE,
  );

  it(
    'go on behind what cannot be read, which goes to the dead letters as it came',
    async () => {
      const [first, second] = ['poison-first', 'poison-second'];
      const broken = JSON.stringify({ ...create(first), id: null });
      await peer.send(COMMANDS, [
        { key: first, value: JSON.stringify(create(first)) },
        { key: first, value: broken },
        { key: first, value: 'nonsense' },
        { value: 'without a key' },
        {
          key: first,
          value: JSON.stringify(sentCommand('prepare_compensation', first, 'poison-prepare', { id: first })),
        },
        { key: second, value: JSON.stringify(create(second)) },
      ]);
      expect((await untilVersion(first, 2))[1]).toMatchObject({ commandId: 'poison-prepare' });
      await untilVersion(second, 1);
      await untilAllTaken();
      const letters = await eventually(async () => {
        const read = await peer.readAll(DEAD_LETTERS);
        expect(read).toHaveLength(3);
        return read;
      }, PATIENCE);
      const byValue = new Map(letters.map((letter) => [letter.value, letter]));
      expect(byValue.get(broken)).toMatchObject({
        key: first,
        headers: { 'redress-topic': COMMANDS, 'redress-reason': expect.stringContaining('"id"') as string },
      });
      expect(byValue.get(broken)?.headers['redress-offset']).toMatch(/^\d+$/);
      expect(byValue.get('nonsense')?.headers['redress-reason']).toContain('JSON');
      expect(byValue.get('without a key')?.key).toBe('');
    },
    PATIENCE,
  );

  it(
    'go on behind what is as large as a record can be and nothing but its key, a header, or a name',
    async () => {
      const last = 'large-last';
      const records: SentRecord[] = [
        {
          key: 'large-name',
          value: JSON.stringify(create('large-name', {}, { name: 'x', bodyType: 'x'.repeat(LARGE - 700) })),
        },
        { key: 'large-header', value: 'large header', headers: { large: 'x'.repeat(LARGE) } },
        { partition: 0, key: 'x'.repeat(LARGE), value: 'large key' },
        { key: last, value: JSON.stringify(create(last)) },
      ];
      for (const record of records) await peer.send(COMMANDS, [record]);
      await untilVersion(last, 1);
      await eventually(async () => {
        const reasons = (await peer.readAll(DEAD_LETTERS)).map(({ headers }) => headers['redress-reason']);
        expect(reasons.filter((reason) => reason?.endsWith('too large to be copied.'))).toHaveLength(3);
      }, PATIENCE);
    },
    PATIENCE,
  );

  it(
    'of one record are processed in their order, and of many records at once',
    async () => {
      const ids = Array.from({ length: RECORDS }, (_, index) => `ordered-${index}`);
      const updates = Array.from({ length: UPDATES }, (_, index) => index + 1);
      await send(
        ...ids.map((id) => create(id)),
        ...updates.flatMap((maxRetries) =>
          ids.map((id) => {
            const body = { id, maxRetries, minBackoff: 3_600, executionTimeout: 60 };
            return sentCommand('apply_retry_spec', id, `${id}-${maxRetries}`, body);
          }),
        ),
      );
      for (const id of ids) {
        const [, ...applied] = await untilVersion(id, 1 + UPDATES);
        expect(applied.map(({ commandId }) => commandId)).toEqual(updates.map((index) => `${id}-${index}`));
      }
    },
    2 * PATIENCE,
  );

  it(
    'that come twice, are refused, or are for somebody else, are done with',
    async () => {
      const id = 'done-with';
      const again = create(id);
      await send(
        again,
        again,
        create(id, PARKED, { id: 'another-create', requestId: 'another-create' }),
        sentCommand('apply_execution_success', id, 'too-early', { id, executeAt: 1 }),
        sentCommand('prepare_compensation', 'nobody', 'to-nobody', { id: 'nobody' }),
        create('copy', PARKED, { header: { local_first: 'true' } }),
        create('void', PARKED, { isVoid: true }),
        sentCommand('mark_recoverable', id, 'the-last', { id, recoverable: 'UNRECOVERABLE' }),
      );
      const events = await untilVersion(id, 2);
      expect(events.map(({ commandId }) => commandId)).toEqual([`create-${id}`, 'the-last']);
      await untilAllTaken();
      expect([...(await eventsOf('copy')), ...(await eventsOf('void'))]).toEqual([]);
      const refused = await system.sql<{ command_id: string; code: string }>(
        'select command_id, code from redress.refusal where command_id = any($1) order by command_id',
        [['another-create', 'too-early']],
      );
      expect(refused).toEqual([
        { command_id: 'another-create', code: 'DuplicateAggregateId' },
        { command_id: 'too-early', code: 'IllegalState' },
      ]);
      const metrics = await (await system.api.send('GET', '/metrics')).text();
      expect(metrics).toMatch(/redress_kafka_commands_total\{outcome="dropped"\} 2/);
    },
    PATIENCE,
  );

  it(
    'tell the service that waits for one, up to the stage it waits for',
    async () => {
      const received: WaitSignal[] = [];
      const waiting = createHttpServer((request: IncomingMessage, response) => {
        void text(request).then((body) => {
          received.push(JSON.parse(body) as WaitSignal);
          response.end();
        });
      }).listen(0, '127.0.0.1');
      await once(waiting, 'listening');
      const endpoint = `http://127.0.0.1:${(waiting.address() as AddressInfo).port}/wow/command/wait`;
      const waitsFor = (stage: string, waitId: string) => ({
        header: { command_wait_id: waitId, command_wait_endpoint: endpoint, command_wait_stage: stage },
      });
      const id = 'waited-for';
      await send(
        create(id, PARKED, waitsFor('SNAPSHOT', 'w-snapshot')),
        sentCommand('apply_execution_success', id, 'early', { id, executeAt: 1 }, waitsFor('PROCESSED', 'early')),
        sentCommand('prepare_compensation', id, 'prepare', { id }, waitsFor('SENT', 'prepare')),
        sentCommand(
          'mark_recoverable',
          id,
          'mark',
          { id, recoverable: 'UNRECOVERABLE' },
          waitsFor('EVENT_HANDLED', 'mark'),
        ),
      );
      const [created, , marked] = await untilVersion(id, 3);
      await eventually(() => {
        expect(received).toHaveLength(4);
      });
      waiting.close();
      const told = new Map(received.map((signal) => [`${signal.waitCommandId} ${signal.stage}`, signal]));
      expect([...told.keys()].sort()).toEqual([
        'early PROCESSED',
        'mark PROCESSED',
        'w-snapshot PROCESSED',
        'w-snapshot SNAPSHOT',
      ]);
      expect(told.get('w-snapshot PROCESSED')).toMatchObject({
        id: `create-${id}`,
        commandId: `create-${id}`,
        aggregateId: {
          contextName: 'compensation-service',
          aggregateName: 'execution_failed',
          aggregateId: id,
          tenantId: '(0)',
        },
        function: {
          functionKind: 'COMMAND',
          contextName: 'compensation-service',
          processorName: 'ExecutionFailed',
          name: 'onCreate',
        },
        aggregateVersion: 1,
        isLastProjection: false,
        errorCode: 'Ok',
        result: {},
        commands: [],
      });
      expect(told.get('w-snapshot SNAPSHOT')).toMatchObject({ id: created?.id, commandId: `create-${id}` });
      expect(told.get('early PROCESSED')).toMatchObject({ errorCode: 'IllegalState', aggregateVersion: 1 });
      // Handlers of the event answer for themselves, and read there where to.
      expect(marked?.header).toMatchObject({ command_wait_endpoint: endpoint, command_wait_stage: 'EVENT_HANDLED' });
    },
    PATIENCE,
  );

  it(
    'leave behind where the group is when the service stops',
    async () => {
      await untilAllTaken();
      expect(await system.redress.stop()).toBe(0);
      const sent = await peer.readAll(COMMANDS);
      const places = await peer.places(GROUP, COMMANDS);
      expect(places.reduce((sum, place) => sum + Math.max(0, place), 0)).toBe(sent.length);
      const since = Date.now();
      await system.start();
      await send(create('after-a-stop'));
      await untilVersion('after-a-stop', 1);
      // Who left the group is not waited for.
      expect(Date.now() - since).toBeLessThan(PATIENCE);
    },
    2 * PATIENCE,
  );

  it(
    'come from partitions that were added to the topic meanwhile, whichever process gets them',
    async () => {
      const services = [system.redress, await system.start()];
      const partitionsOf = async ({ url }: { readonly url: string }): Promise<readonly number[]> => {
        const health = await fetch(`${url}/actuator/health/kafkaCommands`);
        return ((await health.json()) as { details: { partitions: number[] } }).details.partitions;
      };
      const untilShared = (count: number): Promise<void> =>
        eventually(async () => {
          const shares = await Promise.all(services.map(partitionsOf));
          expect(shares.flat().toSorted()).toEqual(Array.from({ length: count }, (_, partition) => partition));
          expect(shares.every(({ length }) => length > 0)).toBe(true);
        }, PATIENCE);
      await untilShared(3);
      const admin = new Admin({ clientId: 'tests', bootstrapBrokers: [broker.address] });
      await admin.createPartitions({ topics: [{ name: COMMANDS, count: PARTITIONS }] });
      await admin.close();
      await untilShared(PARTITIONS);
      const ids = Array.from({ length: PARTITIONS }, (_, partition) => `partition-${partition}`);
      await eventually(async () => {
        const records = ids.map((id, partition) => ({ key: id, value: JSON.stringify(create(id)), partition }));
        await peer.send(COMMANDS, records);
      }, PATIENCE);
      for (const id of ids) await untilVersion(id, 1);
      for (const service of services) expect(service.log()).not.toContain('cannot take commands');
    },
    2 * PATIENCE,
  );
});
