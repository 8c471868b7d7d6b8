import { Consumer, type MessagesStream } from '@platformatic/kafka';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { type KafkaBroker, startKafkaBroker } from '../support/kafka-broker.ts';
import { COMMANDS, EVENTS, type KafkaPeer, STATES, connectPeer } from '../support/kafka-commands.ts';
import { describeWithKafka } from '../support/kafka-distribution.ts';
import { type System, openSystem } from '../support/system.ts';
import { bodyOf, expectedLife, timeOf } from './expected-life.ts';
import { type Life, type Message, ONE_LIFE } from './one-life.ts';

/** Milliseconds; a broker that starts on a busy machine takes most of them. */
const START = 180_000;
const PATIENCE = 60_000;
/** Of what the service names itself: eight characters of time, four of the machine, three of sequence. */
const COS_ID = /^[0-9A-Za-z]{15}$/;
/** Seconds, in place of the 60 of the document, so that the life is not as long as it is there. */
const MIN_BACKOFF = 1;

/** A record of a topic, in the order of its partition. */
interface Arrived {
  readonly topic: string;
  readonly key: string;
  readonly message: Message;
  readonly partition: number;
  readonly timestamp: number;
  readonly headers: number;
}

describeWithKafka('one life on Kafka', () => {
  let broker: KafkaBroker;
  let service: KafkaPeer;
  let system: System;
  let reader: Consumer;
  const arrived: Arrived[] = [];
  beforeAll(async () => {
    broker = await startKafkaBroker();
    service = connectPeer(broker);
    system = await openSystem({ KAFKA_BROKERS: broker.address, CREATE_PATH: 'auto' });
    reader = new Consumer({ clientId: 'one-life', groupId: 'one-life', bootstrapBrokers: [broker.address] });
    void collect(await eventually(() => reader.consume({ topics: [EVENTS, STATES], mode: 'earliest' }), PATIENCE));
  }, START);
  afterAll(async () => {
    await reader.close(true);
    await system.close();
    await service.close();
    await broker.remove();
  }, START);

  async function collect(stream: MessagesStream<Buffer, Buffer, Buffer, Buffer>): Promise<void> {
    for await (const { topic, key, value, partition, timestamp, headers } of stream) {
      arrived.push({
        topic,
        key: key.toString(),
        message: JSON.parse(value.toString()) as Message,
        partition,
        timestamp: Number(timestamp),
        headers: headers.size,
      });
    }
  }

  const send = (command: Message): Promise<void> =>
    service.send(COMMANDS, [
      {
        key: String(command['aggregateId']),
        value: JSON.stringify(command),
        timestamp: BigInt(Number(command['createTime'])),
      },
    ]);
  const of = (name: string, id: string) => arrived.filter(({ topic, key }) => topic === name && key === id);
  const untilArrived = (topic: string, id: string, version: number): Promise<Message> =>
    eventually(() => {
      const found = of(topic, id)[version - 1];
      if (found === undefined) throw new Error(`version ${version} of ${id} is not on ${topic}`);
      return found.message;
    }, PATIENCE);

  it.each([
    // What Java's `Utils.toPositive(Utils.murmur2(key))` gives for the key, of three partitions.
    { wow: '6.0.9', life: ONE_LIFE, envelope: {}, partition: 0 },
    { wow: '8.10.10', life: lifeOfAnother('0Vbo'), envelope: { spaceId: '' }, partition: 1 },
  ])(
    'goes as between services of Wow $wow',
    async ({ life, envelope, partition }) => {
      const id = String(life.create['aggregateId']);
      const began = Date.now();

      const create = moved({ ...withBackoff(life.create), ...envelope }, began - MIN_BACKOFF * 1000);
      await send(create);
      // The copy of a command that its sender has processed: nobody prepares a retry because of it.
      await send(moved({ ...life.prepare, ...envelope }, began));

      const prepared = await untilArrived(EVENTS, id, 2);
      expect(publishedAgain(life.orderCreated, prepared)).toEqual(life.orderCreatedAgain);
      const failed = moved({ ...life.failed, ...envelope }, Date.now());
      await send(failed);
      expect(publishedAgain(life.orderCreated, await untilArrived(EVENTS, id, 4))).toEqual(life.orderCreatedAgain);
      const success = moved({ ...life.success, ...envelope }, Date.now());
      await send(success);
      await untilArrived(EVENTS, id, 5);
      await untilArrived(STATES, id, 5);

      const came = of(EVENTS, id).map(({ message }) => message);
      const expected = expectedLife(life, { create, failed, success }, came);
      const asRecords = (topic: string, messages: readonly Message[]): Arrived[] =>
        messages.map((message) => ({ topic, key: id, message, partition, timestamp: timeOf(message), headers: 0 }));
      expect(of(EVENTS, id)).toEqual(asRecords(EVENTS, expected.events));
      expect(of(STATES, id)).toEqual(asRecords(STATES, expected.states));

      const ids = came.flatMap((message) => [message['id'], (message['body'] as Message[])[0]?.['id']]);
      for (const made of ids) expect(made).toMatch(COS_ID);
      expect(new Set(ids).size).toBe(ids.length);
      const [first, ...later] = came.map(timeOf);
      expect(first).toBeGreaterThanOrEqual(began);
      expect([first, ...later]).toEqual([first, ...later.toSorted((one, other) => one - other)]);
      const { nextRetryAt } = bodyOf(prepared)['retryState'] as Record<'nextRetryAt', number>;
      expect(later[2]).toBeGreaterThanOrEqual(nextRetryAt);
      expect(await system.api.snapshot(id)).toMatchObject({ version: 5, state: { status: 'SUCCEEDED' } });
      const refused = 'select command_id from redress.refusal where aggregate_id = $1';
      expect(await system.sql(refused, [id])).toEqual([]);
    },
    PATIENCE,
  );
});

/** The life once more, of another record: every id in it begins like this. */
function lifeOfAnother(beginning: string): Life {
  return JSON.parse(JSON.stringify(ONE_LIFE).replaceAll('0Vbm', beginning)) as Life;
}

/** A report whose retries follow one another more quickly than in the document. */
function withBackoff(create: Message): Message {
  const body = bodyOf(create);
  return { ...create, body: { ...body, retrySpec: { ...(body['retrySpec'] as object), minBackoff: MIN_BACKOFF } } };
}

/** A command sent at another time than in the document; what it tells of is as long ago as there. */
function moved(command: Message, createTime: number): Message {
  const { executeAt, ...body } = bodyOf(command);
  if (executeAt === undefined) return { ...command, createTime };
  const ago = timeOf(command) - Number(executeAt);
  return { ...command, body: { ...body, executeAt: createTime - ago }, createTime };
}

/** What the owner of an event publishes for a prepared retry: the event as it was, for one function (messaging 3.6). */
function publishedAgain(event: Message, prepared: Message): Message {
  const { contextName, processorName, name } = bodyOf(prepared)['function'] as Record<string, string>;
  const header = {
    ...(event['header'] as object),
    'compensate.id': prepared['aggregateId'],
    'compensate.context': contextName,
    'compensate.processor': processorName,
    'compensate.function': name,
  };
  return { ...event, header };
}
