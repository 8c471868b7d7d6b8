import { type BaseOptions, Producer, compatibilityPartitioner } from '@platformatic/kafka';

/** A record on its way to a topic. */
export interface OutgoingRecord {
  readonly topic: string;
  readonly key: string;
  readonly value: string;
  /** Epoch milliseconds; null: it says none, and brokers that put the time of its arrival on records do so. */
  readonly timestamp: number | null;
}

/** Puts records on their topics. */
export interface Sender {
  /**
   * Resolves when every in-sync replica has the records, those of one key in their order, none twice unless an earlier
   * call failed. @throws Error of the library
   */
  send(records: readonly OutgoingRecord[]): Promise<void>;
  /** Ends it; what is being sent fails. */
  close(): Promise<void>;
}

/** What Kafka's protocol has for no time. The library takes the present one where there is nothing. */
const NO_TIMESTAMP = -1;

/** Over an idempotent producer, with the partitions that the producers of the JVM choose (messaging 6). */
export function createSender(options: BaseOptions): Sender {
  const toBytes = (text?: string): Buffer | undefined => (text === undefined ? undefined : Buffer.from(text));
  const producer = new Producer<string, string, string, string>({
    ...options,
    idempotent: true,
    partitioner: compatibilityPartitioner,
    serializers: { key: toBytes, value: toBytes, headerKey: toBytes, headerValue: toBytes },
  });
  return {
    async send(records) {
      const messages = records.map(({ timestamp, ...record }) => ({
        ...record,
        timestamp: BigInt(timestamp ?? NO_TIMESTAMP),
      }));
      await producer.send({ messages });
    },
    close: () => producer.close(true),
  };
}
