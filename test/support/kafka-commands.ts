import { Consumer, Producer, compatibilityPartitioner, stringSerializers } from '@platformatic/kafka';
import { randomUUID } from 'node:crypto';
import type { KafkaBroker } from './kafka-broker.ts';

/** The topic of the commands as Wow names it, where what cannot be read of it goes, and the group that takes it. */
export const COMMANDS = 'wow.compensation.execution_failed.command';
export const EVENTS = 'wow.compensation.execution_failed.event';
export const STATES = 'wow.compensation.execution_failed.state';
export const DEAD_LETTERS = `${COMMANDS}.dead-letter`;
export const GROUP = 'compensation-service.CommandDispatcher';

/** A record as a test reads it. */
export interface ReadRecord {
  readonly key: string;
  readonly value: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly partition: number;
}

/** A record as a test writes it; its time is now unless it says. */
export interface SentRecord {
  readonly key?: string;
  readonly value: string;
  readonly timestamp?: bigint;
  readonly headers?: Readonly<Record<string, string>>;
  /** That of the key, where it does not say. */
  readonly partition?: number;
}

/** Another service, as far as it writes and reads topics. */
export interface KafkaPeer {
  /** Writes commands, or whatever is given in place of one, in this order. */
  send(topic: string, messages: readonly SentRecord[]): Promise<void>;
  /** Everything that a topic has at the moment, partition by partition. */
  readAll(topic: string): Promise<readonly ReadRecord[]>;
  /** What a group has as its place in each partition of a topic; -1: none. */
  places(group: string, topic: string): Promise<readonly number[]>;
  close(): Promise<void>;
}

/** Connects to a broker as Wow's services do: keys decide the partition as in Java. */
export function connectPeer(broker: KafkaBroker): KafkaPeer {
  const options = { clientId: 'peer', bootstrapBrokers: [broker.address], retries: 20, retryDelay: 250 };
  const producer = new Producer({
    ...options,
    serializers: stringSerializers,
    idempotent: true,
    partitioner: compatibilityPartitioner,
  });
  const reader = (groupId: string): Consumer => new Consumer({ ...options, groupId, autocommit: false });

  return {
    async send(topic, messages) {
      for (let at = 0; at < messages.length; at += 500) {
        await producer.send({ messages: messages.slice(at, at + 500).map((message) => ({ topic, ...message })) });
      }
    },
    async readAll(topic) {
      const consumer = reader(`reader-${randomUUID()}`);
      try {
        const ends = (await consumer.listOffsets({ topics: [topic], timestamp: -1n })).get(topic) ?? [];
        let left = ends.reduce((sum, end) => sum + Number(end), 0);
        const read: ReadRecord[] = [];
        if (left === 0) return read;
        const stream = await consumer.consume({ topics: [topic], mode: 'earliest' });
        for await (const { key, value, headers, partition } of stream) {
          read.push({
            key: text(key),
            value: text(value),
            headers: Object.fromEntries([...headers].map(([name, entry]) => [text(name), text(entry)])),
            partition,
          });
          left -= 1;
          if (left === 0) break;
        }
        return read;
      } finally {
        await consumer.close(true);
      }
    },
    async places(group, topic) {
      const consumer = reader(group);
      try {
        const { topics } = await consumer.metadata({ topics: [topic] });
        const partitions = [...(topics.get(topic)?.partitions.keys() ?? [])];
        const places = await consumer.listCommittedOffsets({ topics: [{ topic, partitions }] });
        return partitions.map((partition) => Number(places.get(topic)?.[partition] ?? -1n));
      } finally {
        await consumer.close(true);
      }
    },
    close: () => producer.close(),
  };
}

/** Tombstones have no value, and keys may be missing. */
const text = (bytes: Buffer | undefined): string => bytes?.toString() ?? '';
