/** How Kafka is reached and spoken to. Holds a password: never log it. */
export interface KafkaSettings {
  /** `host:port`, at least one. */
  readonly brokers: readonly string[];
  readonly topicPrefix: string;
  readonly contextAlias: string;
  /** The consumer group that takes the commands. */
  readonly groupId: string;
  readonly clientId: string;
  /** Of topics that we create; null: as the brokers are set up. */
  readonly partitions: number | null;
  readonly replication: number | null;
  /** Bytes; null: as the topic says. */
  readonly maxMessageBytes: number | null;
  /** Null: in plain text. */
  readonly tls: TlsFiles | null;
  /** Null: nobody asks who we are. */
  readonly sasl: Sasl | null;
}

/** PEM files; null: the authorities of Node.js, and no certificate of our own. */
export interface TlsFiles {
  readonly caFile: string | null;
  readonly certFile: string | null;
  readonly keyFile: string | null;
}

export interface Sasl {
  readonly mechanism: 'PLAIN' | 'SCRAM-SHA-256' | 'SCRAM-SHA-512';
  readonly username: string;
  readonly password: string;
}
