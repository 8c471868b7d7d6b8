import { type Column, type ColumnStyle, declarations, extractions } from './columns.ts';
import { AGGREGATE } from './names.ts';
import type { BiScriptOptions } from './script-request.ts';
import { identifier, literal } from './sql.ts';
import { onCluster } from './topology.ts';

/** A table or a view of a deployment. */
export interface DeployedObject {
  readonly section: string;
  readonly kind: 'CONSUMER' | 'QUEUE' | 'STORE' | 'VIEW';
  readonly database: string;
  readonly name: string;
  /** The statement that makes it, without comment and semicolon. */
  readonly sql: string;
}

/** Makes the kinds of objects that a deployment has; each belongs to a section of the script. */
export interface ObjectMakers {
  /** A table of the database of stores, as it is named in statements. */
  readonly inStore: (name: string) => string;
  readonly view: (section: string, name: string, select: string) => DeployedObject;
  /** What moves rows on as they come. */
  readonly consumer: (section: string, name: string, store: string, select: string) => DeployedObject;
  /** A table, in a cluster spread by the hash of `shard`. */
  readonly store: (
    section: string,
    name: string,
    columns: readonly Column[],
    shard: string,
    engine: string,
  ) => readonly DeployedObject[];
  /** What reads a topic into the store of `name`. */
  readonly ingress: (
    section: string,
    topic: string,
    name: string,
    columns: readonly Column[],
  ) => readonly DeployedObject[];
}

/** Makers for these options, whose consumers read the topics as `consumerIdentity`. */
export function createObjectMakers(options: BiScriptOptions, consumerIdentity: string): ObjectMakers {
  const style: ColumnStyle = {
    quote: identifier,
    headerType: 'Map(String, String)',
    timeType: 'DateTime64(3)',
    extractObject: 'JSONExtractRaw',
    timezone: options.timezone,
  };
  const on = onCluster(options);
  const inStore = (name: string): string => `${identifier(options.database)}.${identifier(name)}`;
  const inConsumer = (name: string): string => `${identifier(options.consumerDatabase)}.${identifier(name)}`;

  const view = (section: string, name: string, select: string): DeployedObject => ({
    section,
    kind: 'VIEW',
    database: options.database,
    name,
    sql: `CREATE OR REPLACE VIEW ${inStore(name)}${on} AS (\n${select}\n)`,
  });
  const consumer = (section: string, name: string, store: string, select: string): DeployedObject => ({
    section,
    kind: 'CONSUMER',
    database: options.consumerDatabase,
    name,
    sql: `CREATE MATERIALIZED VIEW IF NOT EXISTS ${inConsumer(name)}${on}\nTO ${inStore(store)}\nAS (\n${select}\n)`,
  });
  const store = (
    section: string,
    name: string,
    columns: readonly Column[],
    shard: string,
    engine: string,
  ): readonly DeployedObject[] => {
    const table = { section, kind: 'STORE', database: options.database } as const;
    const local = options.cluster === null ? name : `${name}_local`;
    const create = `CREATE TABLE IF NOT EXISTS ${inStore(local)}${on}\n(\n${declarations(columns, style)}\n)`;
    const itself = { ...table, name: local, sql: `${create} ENGINE = ${engine}` };
    if (options.cluster === null) return [itself];
    const at = [literal(options.cluster.name), identifier(options.database), literal(local), `sipHash64(${shard})`];
    const spread = `CREATE TABLE IF NOT EXISTS ${inStore(name)}${on}\nAS ${inStore(local)}`;
    return [itself, { ...table, name, sql: `${spread}\nENGINE = Distributed(${at.join(', ')})` }];
  };
  const ingress = (
    section: string,
    topic: string,
    name: string,
    columns: readonly Column[],
  ): readonly DeployedObject[] => {
    const kafka = [
      options.kafkaBootstrapServers,
      `${options.topicPrefix}${AGGREGATE}.${topic}`,
      `wow-bi.${consumerIdentity}.${name}_consumer`,
      'JSONAsString',
    ];
    const engine = `Kafka(${kafka.map(literal).join(', ')})`;
    const queue: DeployedObject = {
      section,
      kind: 'QUEUE',
      database: options.consumerDatabase,
      name: `${name}_queue`,
      sql: `CREATE TABLE IF NOT EXISTS ${inConsumer(`${name}_queue`)}${on}\n(\n    "data" String\n) ENGINE = ${engine}`,
    };
    const select = `SELECT ${extractions(columns, style)}\nFROM ${inConsumer(`${name}_queue`)}`;
    return [queue, consumer(section, `${name}_consumer`, `${name}_store`, select)];
  };
  return { inStore, view, consumer, store, ingress };
}
