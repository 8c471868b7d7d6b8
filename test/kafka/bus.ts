import type { runOut } from '../../src/kafka/index.ts';
import type { OutgoingRecord } from '../../src/kafka/sender.ts';
import { topicsOf } from '../../src/kafka/topics.ts';
import type { Message } from './one-life.ts';

/** Brokers in memory, and how they are to behave. */
export interface Bus {
  readonly cluster: Parameters<typeof runOut>[0]['cluster'];
  /** What they have taken, in order. */
  readonly records: OutgoingRecord[];
  /** Bytes of a batch of one record. */
  maxMessageBytes: number;
  /** Called with every batch before it is taken; what it throws is the answer. */
  onBatch: (records: readonly OutgoingRecord[]) => void;
}

export function createBus(): Bus {
  const bus: Bus = {
    records: [],
    maxMessageBytes: 1_048_588,
    onBatch: () => undefined,
    cluster: {
      topics: topicsOf({ topicPrefix: 'wow.', contextAlias: 'compensation' }),
      createTopics: () => Promise.resolve(),
      maxMessageBytes: () => Promise.resolve(bus.maxMessageBytes),
      openSender: () => ({
        // eslint-disable-next-line @typescript-eslint/require-await -- what the brokers refuse is a rejection
        async send(batch) {
          bus.onBatch(batch);
          bus.records.push(...batch);
        },
        close: () => Promise.resolve(),
      }),
    },
  };
  return bus;
}

/** A broker's refusal of records, as the library reports it. */
export const refusal = (code: string): Error =>
  new AggregateError([Object.assign(new Error('a broker says so'), { apiId: code })], 'Producing messages failed.');

/** The message in a record. */
export const messageOf = ({ value }: OutgoingRecord): Message => JSON.parse(value) as Message;

/** Kind of topic, id of the record and version, e.g. `event a/1`. */
export function labelOf(record: OutgoingRecord): string {
  const { aggregateId, version } = messageOf(record);
  return `${record.topic.split('.').at(-1) ?? ''} ${String(aggregateId)}/${String(version)}`;
}
