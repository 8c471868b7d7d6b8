import { Producer, compatibilityPartitioner } from '@platformatic/kafka';
import type { Cluster } from '../cluster.ts';
import { kafkaErrorCodes } from '../reason.ts';
import type { TakenRecord } from './taken-record.ts';

/** Bytes of a key that choose the partition: all of an id of a record, and the library takes minutes for a megabyte. */
const MAX_HASHED_KEY = 1_024;

/** Where records go that nobody can process, so that those behind them can be. */
export interface DeadLetters {
  /** Writes a record there with the reason. @throws Error of the library where that is not sure to be stored */
  bury(record: TakenRecord, reason: string): Promise<void>;
  close(): Promise<void>;
}

/** Opens the dead letters of the command topic; nothing is connected before the first of them. */
export function openDeadLetters({ options, topics }: Cluster): DeadLetters {
  const producer = new Producer({
    ...options,
    idempotent: true,
    partitioner: (message, key) => compatibilityPartitioner(message, key?.subarray(0, MAX_HASHED_KEY)),
  });
  const write = (record: TakenRecord, reason: string): Promise<unknown> =>
    producer.send({
      messages: [
        {
          topic: topics.deadLetters,
          ...(record.key !== null && { key: record.key }),
          ...(record.value !== null && { value: record.value }),
          headers: new Map([...originalHeaders(record), ...reasonHeaders(topics.command, record, reason)]),
        },
      ],
    });

  return {
    async bury(record, reason) {
      try {
        await write(record, reason);
      } catch (error) {
        // With the reason it may have become too large; what it was is still to be had where it came from.
        if (!kafkaErrorCodes(error).includes('MESSAGE_TOO_LARGE')) throw error;
        const key = record.key !== null && record.key.length <= MAX_HASHED_KEY ? record.key : null;
        await write({ ...record, key, value: null, headers: [] }, `${reason} The record is too large to be copied.`);
      }
    },
    close: () => producer.close(),
  };
}

const originalHeaders = ({ headers }: TakenRecord): [Buffer, Buffer][] =>
  headers.flatMap(([key, value]) => (key === null ? [] : [[key, value ?? Buffer.alloc(0)]]));

function reasonHeaders(topic: string, { partition, offset }: TakenRecord, reason: string): [Buffer, Buffer][] {
  const about = {
    'redress-reason': reason,
    'redress-topic': topic,
    'redress-partition': String(partition),
    'redress-offset': String(offset),
    'redress-time': new Date().toISOString(),
  };
  return Object.entries(about).map(([key, value]) => [Buffer.from(key), Buffer.from(value)]);
}
