import { z } from 'zod';
import { VARIABLE_NOTES } from './config-notes.ts';
import { addressList, either, kafkaName, oneOf, wholeNumber } from './config-values.ts';
import type { KafkaSettings } from './kafka/index.ts';

/** How we may prove to a broker who we are; tokens are not among them, since they have to be renewed. */
const SASL_MECHANISMS = ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'] as const;

/** The variables about Kafka, as a part of the table of all. */
export const KAFKA_VARIABLES = {
  KAFKA_BROKERS: addressList.optional().register(VARIABLE_NOTES, {
    meaning:
      'Kafka brokers to begin with, `host:port`, comma-separated. Events and states are published there and commands taken ' +
      'from there as Wow does; unset, nothing is.',
  }),
  KAFKA_TOPIC_PREFIX: kafkaName.prefault('wow.').register(VARIABLE_NOTES, {
    meaning: 'What the names of the topics begin with: `wow.kafka.topic-prefix` of the other services.',
  }),
  KAFKA_CONTEXT_ALIAS: kafkaName.prefault('compensation').register(VARIABLE_NOTES, {
    meaning: 'The alias of our bounded context in the names of the topics: `wow.compensation.execution_failed.event`.',
  }),
  KAFKA_GROUP_ID: kafkaName.prefault('compensation-service.CommandDispatcher').register(VARIABLE_NOTES, {
    meaning: 'The group that takes the commands. With the default it goes on where Wow-Compensation was stopped.',
  }),
  KAFKA_CLIENT_ID: kafkaName.prefault('redress').register(VARIABLE_NOTES, {
    meaning: 'How this service calls itself to the brokers: for their logs and quotas.',
  }),
  KAFKA_PARTITIONS: wholeNumber(1, 10_000).optional().register(VARIABLE_NOTES, {
    derivedDefault: '`num.partitions` of the brokers',
    meaning: 'Partitions of a topic that is missing and therefore created.',
  }),
  KAFKA_REPLICATION: wholeNumber(1, 100).optional().register(VARIABLE_NOTES, {
    derivedDefault: '`default.replication.factor` of the brokers',
    meaning: 'Replicas of a topic that is missing and therefore created.',
  }),
  KAFKA_MAX_MESSAGE_BYTES: wholeNumber(10_000, 1_000_000_000)
    .optional()
    .register(VARIABLE_NOTES, {
      derivedDefault: '`max.message.bytes` of the topic',
      meaning:
        'Bytes of the largest record that is published: what is larger has its stack traces cut. Needed where the brokers do ' +
        'not tell their own limit and it is below 1 MiB.',
    }),
  KAFKA_TLS: either('on', 'off').prefault('off').register(VARIABLE_NOTES, {
    meaning: '`on` encrypts the connections to the brokers and checks their certificates.',
  }),
  KAFKA_TLS_CA_FILE: z.string().optional().register(VARIABLE_NOTES, {
    meaning: 'PEM file of the authorities that certify the brokers, in place of those that Node.js trusts.',
  }),
  KAFKA_TLS_CERT_FILE: z.string().optional().register(VARIABLE_NOTES, {
    meaning: 'PEM file of our own certificate, where the brokers ask for one.',
  }),
  KAFKA_TLS_KEY_FILE: z.string().optional().register(VARIABLE_NOTES, {
    meaning: 'PEM file of the key to `KAFKA_TLS_CERT_FILE`.',
  }),
  KAFKA_SASL_MECHANISM: oneOf(SASL_MECHANISMS)
    .optional()
    .register(VARIABLE_NOTES, {
      meaning: `How we prove to the brokers who we are: \`${SASL_MECHANISMS.join('`, `')}\`.`,
    }),
  KAFKA_SASL_USERNAME: z.string().optional().register(VARIABLE_NOTES, {
    meaning: 'The user, or the API key of a managed cluster.',
  }),
  KAFKA_SASL_PASSWORD: z.string().optional().register(VARIABLE_NOTES, {
    meaning: 'The password, or the API secret of a managed cluster.',
  }),
};

type Values = z.output<z.ZodObject<typeof KAFKA_VARIABLES>>;

/** Which variables about Kafka only make sense together: the first is wrong where its `holds` is false. */
export const KAFKA_RULES: readonly {
  readonly name: keyof Values;
  readonly with: readonly (keyof Values)[];
  readonly holds: (values: Values) => boolean;
  readonly error: string;
}[] = [
  {
    name: 'KAFKA_TLS_CA_FILE',
    with: ['KAFKA_TLS'],
    holds: (values) => values.KAFKA_TLS || values.KAFKA_TLS_CA_FILE === undefined,
    error: 'is given, but KAFKA_TLS is off: set that to on, or leave this out',
  },
  {
    name: 'KAFKA_TLS_CERT_FILE',
    with: ['KAFKA_TLS', 'KAFKA_TLS_KEY_FILE'],
    holds: (values) =>
      values.KAFKA_TLS_CERT_FILE === undefined
        ? values.KAFKA_TLS_KEY_FILE === undefined
        : values.KAFKA_TLS && values.KAFKA_TLS_KEY_FILE !== undefined,
    error: 'and KAFKA_TLS_KEY_FILE belong together, with KAFKA_TLS on',
  },
  {
    name: 'KAFKA_SASL_MECHANISM',
    with: ['KAFKA_SASL_USERNAME', 'KAFKA_SASL_PASSWORD'],
    holds: ({ KAFKA_SASL_MECHANISM: mechanism, KAFKA_SASL_USERNAME: user, KAFKA_SASL_PASSWORD: password }) =>
      [user, password].every((value) => (value === undefined) === (mechanism === undefined)),
    error: 'goes with KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD: give all three, or none',
  },
];

/** How Kafka is reached and spoken to; null: not at all. */
export function kafkaSettings(values: Values): KafkaSettings | null {
  if (values.KAFKA_BROKERS === undefined) return null;
  const { KAFKA_SASL_MECHANISM: mechanism, KAFKA_SASL_USERNAME: username, KAFKA_SASL_PASSWORD: password } = values;
  return Object.freeze({
    brokers: values.KAFKA_BROKERS,
    topicPrefix: values.KAFKA_TOPIC_PREFIX,
    contextAlias: values.KAFKA_CONTEXT_ALIAS,
    groupId: values.KAFKA_GROUP_ID,
    clientId: values.KAFKA_CLIENT_ID,
    partitions: values.KAFKA_PARTITIONS ?? null,
    replication: values.KAFKA_REPLICATION ?? null,
    maxMessageBytes: values.KAFKA_MAX_MESSAGE_BYTES ?? null,
    tls: values.KAFKA_TLS
      ? {
          caFile: values.KAFKA_TLS_CA_FILE ?? null,
          certFile: values.KAFKA_TLS_CERT_FILE ?? null,
          keyFile: values.KAFKA_TLS_KEY_FILE ?? null,
        }
      : null,
    sasl:
      mechanism === undefined || username === undefined || password === undefined
        ? null
        : { mechanism, username, password },
  });
}
