import type { Logger } from 'pino';
import type { Subscriber } from '../feed/index.ts';
import { SourcingConflict } from '../history/index.ts';
import { type Pool, addDeadLetter } from '../store/index.ts';
import type { Cluster } from './cluster.ts';
import { type Fitting, type Kind, fit } from './fitting.ts';
import { NO_ANSWER_YET, kafkaErrorCodes, kafkaReason } from './reason.ts';
import type { OutgoingRecord, Sender } from './sender.ts';
import type { Outgoing, Translator } from './translator.ts';

/** Bytes that a batch of one record has beside key and value. */
const OVERHEAD = 128;
/** Bytes of records that are sent at once. */
const MAX_BATCH = 1_048_576;
/** What brokers say of a record that they will never take. */
const REFUSALS: ReadonlySet<string> = new Set([
  'MESSAGE_TOO_LARGE',
  'RECORD_LIST_TOO_LARGE',
  'INVALID_TIMESTAMP',
  'INVALID_RECORD',
]);

export interface PublisherDeps {
  readonly cluster: Pick<Cluster, 'topics' | 'createTopics' | 'maxMessageBytes' | 'openSender'>;
  readonly translator: Translator;
  /** Where dead letters are kept. */
  readonly pool: Pool;
  /** Called with how many records of a topic the brokers have taken. */
  readonly onPublished: (kind: Kind, records: number) => void;
  readonly log: Logger;
}

/** Takes the feed to Kafka. */
export interface Publisher {
  readonly subscriber: Subscriber;
  /** Why nothing was published the last time, or is not yet; null: it was, or another process does. */
  problem(): string | null;
  /** Ends it; what is being sent fails. */
  close(): Promise<void>;
}

/** Bytes of key and value that fit, by kind. */
type Rooms = Readonly<Record<Kind, number>>;

/** A record that fits, and what it was made of. */
interface Fitted {
  readonly outgoing: Outgoing;
  readonly record: OutgoingRecord;
  readonly size: number;
}

/**
 * Publishes what happened, events before the states after them, at least once and without a gap: the checkpoint of the
 * feed moves when the brokers have it. What Wow's readers or the brokers would never take becomes a dead letter.
 */
export function createPublisher({ cluster, translator, pool, onPublished, log }: PublisherDeps): Publisher {
  let sender: Sender | null = null;
  let rooms: Promise<Rooms> | null = null;
  let problem: string | null = null;

  const prepare = async (): Promise<Rooms> => {
    await cluster.createTopics();
    const roomOf = async (kind: Kind) => (await cluster.maxMessageBytes(cluster.topics[kind])) - OVERHEAD;
    return { event: await roomOf('event'), state: await roomOf('state') };
  };

  const bury = async ({ kind, key, message, cursor }: Outgoing, reason: string): Promise<void> => {
    const topic = cluster.topics[kind];
    const value = message instanceof SourcingConflict ? '' : JSON.stringify(message);
    await addDeadLetter(pool, { topic, key, value, reason, cursor });
    log.error({ topic, id: key, reason }, 'a record cannot be published on Kafka: it is kept as a dead letter');
  };

  /** Those that can go; the others are dead letters. */
  const fitAll = async (all: readonly Outgoing[], room: Rooms): Promise<Fitted[]> => {
    const fitted: Fitted[] = [];
    for (const outgoing of all) {
      const result = fitOne(outgoing, room[outgoing.kind]);
      if (!result.ok) {
        await bury(outgoing, result.reason);
        continue;
      }
      const { key, value, createTime: timestamp } = result;
      const record = { topic: cluster.topics[outgoing.kind], key, value, timestamp };
      fitted.push({ outgoing, record, size: Buffer.byteLength(key) + Buffer.byteLength(value) + OVERHEAD });
    }
    return fitted;
  };

  const send = async (to: Sender, fitted: readonly Fitted[]): Promise<void> => {
    const records = fitted.map(({ record }) => record);
    try {
      await to.send(records);
    } catch (error) {
      if (!kafkaErrorCodes(error).includes('INVALID_TIMESTAMP')) throw error;
      // The message holds the time as well, and brokers do not check a record that has none.
      await to.send(records.map((record) => ({ ...record, timestamp: null })));
      log.warn(
        { records: records.length },
        'the brokers refuse the time of records, which go without it: their clock is wrong, or the topic limits the age',
      );
    }
    const [first] = fitted;
    if (first !== undefined) onPublished(first.outgoing.kind, fitted.length);
  };

  /** One after the other, so that only those stay behind that the brokers refuse. */
  const sendSingly = async (to: Sender, refused: readonly Fitted[]): Promise<void> => {
    // The limit may be another one since.
    rooms = prepare();
    const room = await rooms;
    for (const { outgoing } of refused) {
      for (const again of await fitAll([outgoing], room)) {
        try {
          await send(to, [again]);
        } catch (error) {
          if (!isRefusal(error)) throw error;
          await bury(outgoing, `refused by the broker: ${kafkaReason(error)}`);
        }
      }
    }
  };

  const publish = async (to: Sender, all: readonly Outgoing[], room: Rooms): Promise<void> => {
    const limit = Math.min(MAX_BATCH, room.event, room.state);
    for (const batch of batches(await fitAll(all, room), limit)) {
      try {
        await send(to, batch);
      } catch (error) {
        if (!isRefusal(error)) throw error;
        await sendSingly(to, batch);
      }
    }
  };

  return {
    subscriber: {
      name: 'kafka',
      async handle(entries) {
        const to = (sender ??= cluster.openSender());
        try {
          const outgoing = await translator.translate(entries);
          if (rooms === null) problem ??= NO_ANSWER_YET;
          const room = await (rooms ??= prepare());
          for (const kind of ['event', 'state'] as const) {
            await publish(
              to,
              outgoing.filter((each) => each.kind === kind),
              room,
            );
          }
          problem = null;
        } catch (error) {
          // Whatever it is, topics and limits may be others when it is over.
          rooms = null;
          problem = kafkaReason(error);
          throw new Error(problem, { cause: error });
        }
      },
    },
    problem: () => problem,
    async close() {
      await sender?.close();
    },
  };
}

function fitOne({ kind, message }: Outgoing, room: number): Fitting {
  return message instanceof SourcingConflict ? { ok: false, reason: message.message } : fit(kind, message, room);
}

const isRefusal = (error: unknown): boolean => kafkaErrorCodes(error).some((code) => REFUSALS.has(code));

/** Whatever partitions they go to, none of these is too large for a broker. */
function* batches(fitted: readonly Fitted[], limit: number): Generator<Fitted[]> {
  let batch: Fitted[] = [];
  let size = 0;
  for (const each of fitted) {
    if (batch.length > 0 && size + each.size > limit) {
      yield batch;
      batch = [];
      size = 0;
    }
    batch.push(each);
    size += each.size;
  }
  if (batch.length > 0) yield batch;
}
