import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { type FaultServers, startFaultServers } from '../support/fault-servers.ts';
import { type KafkaBroker, startKafkaBroker } from '../support/kafka-broker.ts';
import { COMMANDS, DEAD_LETTERS, EVENTS, GROUP, type KafkaPeer, connectPeer } from '../support/kafka-commands.ts';
import { describeWithKafka } from '../support/kafka-distribution.ts';
import { type Redress, startRedress } from '../support/redress.ts';
import { CREATE_BODY, sentCommand } from './sent-command.ts';

/** Milliseconds; servers that start on a busy machine take most of them. */
const START = 240_000;
const PATIENCE = 300_000;
/** Milliseconds for which Temporal is away. */
const OUTAGE = 15_000;
const EVENTS_THROUGH = 10_000;

/** Reports that are not retried by themselves: their workflows, which are not what is tested, are started slowly. */
const PARKED = {
  ...CREATE_BODY,
  executeAt: Date.now(),
  recoverable: 'UNRECOVERABLE',
  retrySpec: { maxRetries: 5, minBackoff: 86_400, executionTimeout: 60 },
};

type Sent = Readonly<Record<string, unknown>>;

describeWithKafka('commands from Kafka, while things break', () => {
  let servers: FaultServers;
  let broker: KafkaBroker;
  let peer: KafkaPeer;
  let services: Redress[] = [];
  let sent = 0;

  beforeAll(async () => {
    servers = await startFaultServers();
    broker = await startKafkaBroker();
    peer = connectPeer(broker);
    // It makes the topics, so that a test may send before its service is there.
    await start();
    await stopServices();
  }, START);
  afterEach(stopServices, PATIENCE);
  afterAll(async () => {
    await peer.close();
    await broker.remove();
    await servers.remove();
  }, START);

  const environment = () => ({ ...servers.env, KAFKA_BROKERS: broker.address, CREATE_PATH: 'store' });
  async function start(): Promise<Redress> {
    const service = await startRedress(environment());
    services.push(service);
    await eventually(async () => {
      const health = await (await fetch(`${service.url}/actuator/health`)).text();
      if (!/"kafkaCommands":\{[^}]*"joined":true/.test(health)) throw new Error(health);
    }, PATIENCE);
    return service;
  }
  async function stopServices(): Promise<void> {
    await Promise.all(services.map((service) => service.stop()));
    services = [];
  }

  const create = (id: string): Sent => sentCommand('create_execution_failed', id, `create-${id}`, PARKED);
  const update = (id: string, maxRetries: number): Sent =>
    sentCommand('apply_retry_spec', id, `${id}-${maxRetries}`, {
      id,
      maxRetries,
      minBackoff: 86_400,
      executionTimeout: 60,
    });
  const send = async (commands: readonly Sent[]): Promise<void> => {
    sent += commands.length;
    await peer.send(
      COMMANDS,
      commands.map((command) => ({ key: String(command['aggregateId']), value: JSON.stringify(command) })),
    );
  };
  const names = (prefix: string, count: number): string[] =>
    Array.from({ length: count }, (_, index) => `${prefix}-${index}`);
  /** For each record of these, the numbers of its commands in the order in which they were processed. */
  const stored = async (prefix: string): Promise<ReadonlyMap<string, readonly string[]>> => {
    const rows = await servers.query<{ aggregate_id: string; command_id: string }>(
      'select aggregate_id, command_id from redress.event_stream where aggregate_id like $1 order by aggregate_id, version',
      [`${prefix}-%`],
    );
    return new Map(
      [...Map.groupBy(rows, (row) => row.aggregate_id)].map(([id, of]) => [id, of.map((row) => row.command_id)]),
    );
  };
  const countStored = async (prefix: string): Promise<number> =>
    [...(await stored(prefix)).values()].reduce((sum, commands) => sum + commands.length, 0);
  const untilStored = (prefix: string, count: number): Promise<void> =>
    eventually(async () => {
      expect(await countStored(prefix)).toBeGreaterThanOrEqual(count);
    }, PATIENCE);
  /** Nothing is missing, nothing is there twice, all is in its order, and the group knows it. */
  const expectAll = async (prefix: string, records: number, updates: number): Promise<void> => {
    await untilStored(prefix, records * (1 + updates));
    const expected = names(prefix, records).map((id) => [
      id,
      [`create-${id}`, ...Array.from({ length: updates }, (_, index) => `${id}-${index}`)],
    ]);
    expect(await stored(prefix)).toEqual(new Map(expected as [string, string[]][]));
    await eventually(async () => {
      const places = await peer.places(GROUP, COMMANDS);
      expect(places.reduce((sum, place) => sum + Math.max(0, place), 0)).toBe(sent);
    }, PATIENCE);
    expect(await peer.readAll(DEAD_LETTERS)).toEqual([]);
  };
  const sendMany = async (prefix: string, records: number, updates: number): Promise<void> => {
    const ids = names(prefix, records);
    await send(ids.map(create));
    for (let index = 0; index < updates; index += 1) await send(ids.map((id) => update(id, index)));
  };

  it(
    'are none missing and none twice when the service is killed amid two thousand of them',
    async () => {
      const first = await start();
      await sendMany('killed', 1_900, 0);
      await sendMany('killed-too', 25, 3);
      await untilStored('killed', 400);
      await first.kill();
      services = [];
      expect(await countStored('killed')).toBeLessThan(2_000);
      await start();
      await expectAll('killed-too', 25, 3);
      expect(await countStored('killed')).toBe(2_000);
    },
    2 * PATIENCE,
  );

  it(
    'go on when the broker is killed and comes back',
    async () => {
      await start();
      await sendMany('broker', 1_000, 0);
      await untilStored('broker', 200);
      await broker.kill();
      await sleep(3_000);
      await broker.start();
      await sendMany('broker-back', 20, 2);
      await expectAll('broker-back', 20, 2);
      expect(await countStored('broker')).toBe(1_000 + 60);
    },
    2 * PATIENCE,
  );

  it(
    'wait for Temporal, without a loss and without leaving the group',
    async () => {
      const service = await start();
      await sendMany('outage', 30, 1);
      await untilStored('outage', 60);
      await servers.temporal.kill();
      await send(names('outage', 30).map((id) => update(id, 1)));
      await sleep(OUTAGE);
      const joins = service.log().split('takes commands from Kafka').length;
      expect(await countStored('outage')).toBe(60);
      await servers.temporal.start();
      await expectAll('outage', 30, 2);
      expect(service.log().split('takes commands from Kafka').length).toBe(joins);
    },
    2 * PATIENCE,
  );

  it(
    'of a process that is killed are taken over by the other',
    async () => {
      const [first] = [await start(), await start()];
      await sendMany('shared', 940, 0);
      await sendMany('shared-too', 20, 2);
      await untilStored('shared', 150);
      await first.kill();
      services = services.filter((service) => service !== first);
      await expectAll('shared-too', 20, 2);
      expect(await countStored('shared')).toBe(1_000);
    },
    2 * PATIENCE,
  );

  it(
    'make ten thousand events, of which none is missing on the way out and each is in its place, although the broker is killed',
    async () => {
      await start();
      await sendMany('through', 9_500, 0);
      await sendMany('through-too', 100, 4);
      await untilStored('through', 2_000);
      await broker.kill();
      await broker.start();
      await expectAll('through-too', 100, 4);
      expect(await countStored('through')).toBe(EVENTS_THROUGH);
      const published = await eventually(async () => {
        const streams = (await peer.readAll(EVENTS))

          .map(({ value }) => JSON.parse(value) as { aggregateId: string; version: number; commandId: string })
          .filter(({ aggregateId }) => aggregateId.startsWith('through'));
        expect(new Set(streams.map(({ commandId }) => commandId)).size).toBe(EVENTS_THROUGH);
        return streams;
      }, PATIENCE);
      for (const [id, streams] of Map.groupBy(published, ({ aggregateId }) => aggregateId)) {
        const versions = [...new Set(streams.map(({ version }) => version))];
        expect(versions, id).toEqual(versions.map((_, index) => index + 1));
      }
      // What the broker had taken and not acknowledged when it was killed is published once more, one request at the most.
      const duplicates = published.length - EVENTS_THROUGH;
      expect(duplicates).toBeLessThan(1_000);
      process.stderr.write(`${EVENTS_THROUGH} events through Kafka, ${duplicates} of them twice\n`);
    },
    3 * PATIENCE,
  );

  it(
    'are not needed for a start, and come when the broker does',
    async () => {
      await broker.kill();
      const service = await startRedress(environment());
      services.push(service);
      const component = async (): Promise<string> =>
        (await fetch(`${service.url}/actuator/health/kafkaCommands`)).text();
      expect(await component()).toMatch(
        /"joined":false.*"problem":"The brokers of KAFKA_BROKERS have not answered yet/,
      );
      await eventually(async () => {
        expect(await component()).toMatch(/"problem":"Kafka does not answer \(.*ECONNREFUSED.*KAFKA_BROKERS/);
      }, PATIENCE);
      expect((await fetch(`${service.url}/actuator/health/readiness`)).status).toBe(200);
      await broker.start();
      await sendMany('late', 10, 0);
      await expectAll('late', 10, 0);
    },
    2 * PATIENCE,
  );
});
