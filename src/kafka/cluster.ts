import { Admin, type BaseOptions, ConfigResourceTypes } from '@platformatic/kafka';
import type { Logger } from 'pino';
import { clientOptions } from './client-options.ts';
import { kafkaErrorCodes, kafkaReason } from './reason.ts';
import { type Sender, createSender } from './sender.ts';
import type { KafkaSettings } from './settings.ts';
import { type Topics, topicsOf } from './topics.ts';

/** Bytes that a topic takes unless somebody set it otherwise, as Kafka is delivered. */
const DEFAULT_MAX_MESSAGE_BYTES = 1_048_588;

/** The Kafka cluster that we speak to. Nothing is connected before the first call; the brokers may come later. */
export interface Cluster {
  readonly topics: Topics;
  readonly settings: KafkaSettings;
  /** What a client of the library is made with. */
  readonly options: BaseOptions;
  /** Creates those of our topics that are missing. @throws Error of the library where that cannot be told or done */
  createTopics(): Promise<void>;
  /** Bytes that a batch of records of a topic may have at most. @throws Error of the library where no broker answers */
  maxMessageBytes(topic: string): Promise<number>;
  /** Makes who puts records on the topics; connects with its first record. */
  openSender(): Sender;
  close(): Promise<void>;
}

/** The cluster of these settings. @throws KafkaConfigError */
export async function openCluster(settings: KafkaSettings, log: Logger): Promise<Cluster> {
  const options = await clientOptions(settings);
  const admin = new Admin({ ...options });
  const topics = topicsOf(settings);

  return {
    topics,
    settings,
    options,
    async createTopics() {
      const known = new Set(await admin.listTopics());
      for (const topic of Object.values(topics)) {
        if (known.has(topic)) continue;
        try {
          // -1: as the brokers are set up.
          await admin.createTopics({
            topics: [topic],
            partitions: settings.partitions ?? -1,
            replicas: settings.replication ?? -1,
          });
          log.info({ topic }, 'created a topic that was missing');
        } catch (error) {
          if (kafkaErrorCodes(error).includes('TOPIC_ALREADY_EXISTS')) continue;
          throw new Error(
            `The topic ${topic} is missing, and cannot be created (${kafkaReason(error)}): create it, or allow us to.`,
            { cause: error },
          );
        }
      }
    },
    async maxMessageBytes(topic) {
      if (settings.maxMessageBytes !== null) return settings.maxMessageBytes;
      try {
        const [described] = await admin.describeConfigs({
          resources: [
            { resourceType: ConfigResourceTypes.TOPIC, resourceName: topic, configurationKeys: ['max.message.bytes'] },
          ],
        });
        return Number(described?.configs[0]?.value ?? DEFAULT_MAX_MESSAGE_BYTES);
      } catch (error) {
        if (!kafkaErrorCodes(error).some((code) => code.endsWith('AUTHORIZATION_FAILED'))) throw error;
        log.warn(
          { topic, assumed: DEFAULT_MAX_MESSAGE_BYTES },
          'the brokers do not tell us their limit for records: set KAFKA_MAX_MESSAGE_BYTES where it is lower',
        );
        return DEFAULT_MAX_MESSAGE_BYTES;
      }
    },
    openSender: () => createSender(options),
    close: () => admin.close(),
  };
}
