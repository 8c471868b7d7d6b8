import {
  Admin,
  ConfigResourceTypes,
  IncrementalAlterConfigOperationTypes,
  compatibilityPartitioner,
} from '@platformatic/kafka';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readConfig } from '../../src/config.ts';
import { createFeed } from '../../src/feed/index.ts';
import { openCluster, runOut } from '../../src/kafka/index.ts';
import { readFeedLag } from '../../src/store/index.ts';
import { create, handlerOn, signal } from '../command-handler/handling.ts';
import { connectApi } from '../support/api.ts';
import { eventually } from '../support/eventually.ts';
import { type KafkaBroker, startKafkaBroker } from '../support/kafka-broker.ts';
import { type KafkaPeer, type ReadRecord, connectPeer } from '../support/kafka-commands.ts';
import { describeWithKafka } from '../support/kafka-distribution.ts';
import { startRedress } from '../support/redress.ts';
import { temporalAddress } from '../support/servers.ts';
import { SILENT, type TestStore, openStore } from '../support/store.ts';
import { openSystem } from '../support/system.ts';
import type { Message } from './one-life.ts';

/** Milliseconds; a broker that starts on a busy machine takes most of them. */
const START = 180_000;
const PATIENCE = 120_000;
/** Of each record: a create and changes of its retry spec. */
const RECORDS = 2_000;
const VERSIONS = 5;
/** Milliseconds; brokers refuse what comes from more than an hour ahead of them. */
const AHEAD = 2 * 60 * 60_000;

describeWithKafka('events on Kafka', () => {
  let broker: KafkaBroker;
  let peer: KafkaPeer;
  beforeAll(async () => {
    broker = await startKafkaBroker();
    peer = connectPeer(broker);
  }, START);
  afterAll(async () => {
    await peer.close();
    await broker.remove();
  }, START);

  const settings = (prefix: string) => ({ KAFKA_BROKERS: broker.address, KAFKA_TOPIC_PREFIX: prefix });
  const topic = (prefix: string, kind: string): string => `${prefix}compensation.execution_failed.${kind}`;

  /** The way from a store to topics of its own, as a process has it. */
  async function publishFrom(store: TestStore, prefix: string) {
    const { kafka } = readConfig({ DATABASE_URL: store.url, ...settings(prefix) });
    if (kafka === null) throw new Error('Kafka is off');
    const cluster = await openCluster(kafka, SILENT);
    const feed = createFeed({ pool: store.queries, log: SILENT });
    const out = await runOut({
      cluster,
      pools: store,
      feed,
      publishesPrepared: () => true,
      onPublished: () => undefined,
      log: SILENT,
    });
    return {
      async stop() {
        feed.stop();
        await Promise.all([out.stop(), cluster.close()]);
      },
    };
  }

  const untilPublished = (store: TestStore): Promise<void> =>
    eventually(async () => {
      const { heldBack, subscribers } = await readFeedLag(store.queries);
      expect([heldBack, subscribers['kafka']]).toEqual([0, 0]);
    }, PATIENCE);

  const read = async (name: string) =>
    (await peer.readAll(name)).map((record) => ({ ...record, message: JSON.parse(record.value) as Message }));

  /** `id/version`, the first time that each comes, in the order of the topic; with how often one came again. */
  function firsts(records: readonly (ReadRecord & { readonly message: Message })[]) {
    const labels = records.map(({ key, message }) => `${key}/${String(message['version'])}`);
    const first = [...new Set(labels)];
    return { first, repeated: labels.length - first.length };
  }

  /** Versions by record, in order. */
  function byRecord(labels: readonly string[]): Map<string, number[]> {
    const versions = new Map<string, number[]>();
    for (const label of labels) {
      const [id = '', version] = label.split('/');
      versions.set(id, [...(versions.get(id) ?? []), Number(version)]);
    }
    return versions;
  }

  it(
    'are all there in the order of each record, though the broker is killed among 10,000 of them',
    async () => {
      const store = await openStore();
      const out = await publishFrom(store, 'many.');
      const handler = handlerOn(store);
      const respec = () => signal('apply_retry_spec', { maxRetries: 3, minBackoff: 600, executionTimeout: 60 });
      const ids = Array.from({ length: RECORDS }, (_, index) => `many-${index}`);
      const left = [...ids];
      const writer = async (): Promise<void> => {
        for (let id = left.pop(); id !== undefined; id = left.pop()) {
          await handler.handle(id, [create(), ...Array.from({ length: VERSIONS - 1 }, respec)], 1);
        }
      };
      const writing = Promise.all(Array.from({ length: 8 }, writer));
      await eventually(() => {
        expect(left.length).toBeLessThan(RECORDS * 0.7);
      }, PATIENCE);
      await broker.kill();
      await broker.start();
      await writing;
      await untilPublished(store);
      for (const kind of ['event', 'state']) {
        const records = await read(topic('many.', kind));
        const { first, repeated } = firsts(records);
        const versions = byRecord(first);
        expect(versions.size).toBe(RECORDS);
        for (const [id, found] of versions) expect(found, id).toEqual([1, 2, 3, 4, 5]);
        // What was under way when it died, and nothing else, comes again.
        expect(repeated).toBeLessThan(RECORDS);
        for (const { key, partition } of records) {
          expect(partition).toBe(compatibilityPartitioner({ topic: '' }, Buffer.from(key)) % 3);
        }
      }
      await out.stop();
      await store.close();
    },
    START * 2,
  );

  it(
    'lose their stack traces to the limit of a topic, and what is too large even so becomes a dead letter',
    async () => {
      const store = await openStore();
      const first = await publishFrom(store, 'small.');
      await handlerOn(store).handle('before', [create()], 1);
      await untilPublished(store);
      const admin = new Admin({ clientId: 'tests', bootstrapBrokers: [broker.address] });
      await admin.incrementalAlterConfigs({
        resources: ['event', 'state'].map((kind) => ({
          resourceType: ConfigResourceTypes.TOPIC,
          resourceName: topic('small.', kind),
          configs: [
            {
              name: 'max.message.bytes',
              configOperation: IncrementalAlterConfigOperationTypes.SET,
              value: '20000',
            },
          ],
        })),
      });
      await admin.close();
      const error = {
        errorCode: 'BadRequest',
        errorMsg: 'x',
        stackTrace: '\tat some.Place\n'.repeat(4_000),
        succeeded: false,
      };
      await handlerOn(store).handle('cut', [create(Date.now(), { error })], 1);
      // Twice in a state event.
      await handlerOn(store).handle(
        'large',
        [create(Date.now(), { error: { ...error, errorMsg: 'm'.repeat(15_000) } })],
        1,
      );
      await handlerOn(store).handle('after', [create()], 1);
      await untilPublished(store);
      const keys = async (kind: string) => firsts(await read(topic('small.', kind))).first.toSorted();
      expect(await keys('event')).toEqual(['after/1', 'before/1', 'cut/1', 'large/1']);
      expect(await keys('state')).toEqual(['after/1', 'before/1', 'cut/1']);
      expect(await store.sql('select key, topic from redress.dead_letter')).toEqual([
        { key: 'large', topic: topic('small.', 'state') },
      ]);
      await first.stop();
      await store.close();
    },
    START,
  );

  it(
    'go without their time where the clock of the brokers is behind, and none becomes a dead letter',
    async () => {
      const store = await openStore();
      const out = await publishFrom(store, 'clock.');
      await handlerOn(store, { now: () => Date.now() + AHEAD }).handle('ahead', [create()], 1);
      await handlerOn(store).handle('after', [create()], 1);
      await untilPublished(store);
      for (const kind of ['event', 'state']) {
        expect(firsts(await read(topic('clock.', kind))).first.toSorted()).toEqual(['after/1', 'ahead/1']);
      }
      expect(await store.sql('select key, topic from redress.dead_letter')).toEqual([]);
      await out.stop();
      await store.close();
    },
    START,
  );

  it(
    'come when the broker is there, from a service that was killed and started while it was away',
    async () => {
      const prefix = 'away.';
      const system = await openSystem({ ...settings(prefix), CREATE_PATH: 'auto' });
      const ids: string[] = [];
      const report = async ({ api }: Pick<typeof system, 'api'>, count: number): Promise<void> => {
        for (let index = 0; index < count; index += 1) {
          const id = `away-${ids.length}`;
          const { status } = await api.create({}, { 'Command-Aggregate-Id': id, 'Command-Wait-Stage': 'PROCESSED' });
          expect(status).toBe(200);
          ids.push(id);
        }
      };
      await report(system, 20);
      const killed = system.redress.kill();
      await Promise.all([killed, broker.kill()]);
      const redress = await startRedress({
        ...settings(prefix),
        DATABASE_URL: system.databaseUrl,
        TEMPORAL_ADDRESS: temporalAddress(),
        TEMPORAL_NAMESPACE: system.namespace,
      });
      const api = connectApi(redress.url);
      await report({ api }, 20);
      // It says so, and is well.
      await eventually(async () => {
        const { body } = await api.get('/actuator/health/kafkaEvents');
        expect(body).toMatchObject({
          status: 'UP',
          details: { problem: expect.stringContaining('ECONNREFUSED') as string },
        });
      }, PATIENCE);
      await broker.start();
      await report({ api }, 20);
      await eventually(async () => {
        for (const kind of ['event', 'state']) {
          const { first } = firsts(await read(topic(prefix, kind)));
          expect([...byRecord(first).keys()].toSorted()).toEqual(ids.toSorted());
        }
      }, PATIENCE);
      const { body } = await api.get('/actuator/health/kafkaEvents');
      expect(body).toEqual({ status: 'UP', details: { deadLetters: 0 } });
      expect(await (await api.send('GET', '/metrics')).text()).toMatch(
        /redress_kafka_published_records_total\{topic="event"\} \d+/,
      );
      await redress.stop();
      await system.close();
    },
    START * 2,
  );
});
