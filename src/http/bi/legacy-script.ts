import {
  COMMAND_COLUMNS,
  type Column,
  type ColumnStyle,
  STATE_COLUMNS,
  declarations,
  extractions,
  repeatedColumns,
} from './columns.ts';
import { expand } from './expansion.ts';
import { AGGREGATE, BOOTSTRAP_SERVERS, PREFIX, TIME_ZONE, TOPIC_PREFIX } from './names.ts';
import { STATE } from './properties.ts';
import { literal, section } from './sql.ts';

/** How the header of a message is kept. */
export type HeaderSqlType = 'MAP' | 'STRING';

const DATABASE = 'bi_db';
const CONSUMER_DATABASE = 'bi_db_consumer';
const ON = "ON CLUSTER '{cluster}'";
const PATH = "'/clickhouse/{installation}/{cluster}/tables/{shard}/{database}/{table}', '{replica}'";

const COMMAND = `${PREFIX}_command`;
const STATE_EVENT = `${PREFIX}_state`;
const STATE_LAST = `${PREFIX}_state_last`;
const ROOT = `${STATE_LAST}_root`;

/** What the script drops before it makes anything, by group (contract 5.5.1). */
const DROPPED: Readonly<Record<string, readonly string[]>> = {
  command: [
    `${DATABASE}.${COMMAND}`,
    `${DATABASE}.${COMMAND}_local`,
    `${CONSUMER_DATABASE}.${COMMAND}_queue`,
    `${CONSUMER_DATABASE}.${COMMAND}_consumer`,
  ],
  state: [
    `${DATABASE}.${STATE_EVENT}`,
    `${DATABASE}.${STATE_EVENT}_event`,
    `${DATABASE}.${STATE_EVENT}_local`,
    `${CONSUMER_DATABASE}.${STATE_EVENT}_queue`,
    `${CONSUMER_DATABASE}.${STATE_EVENT}_consumer`,
  ],
  stateLast: [
    `${DATABASE}.${STATE_LAST}`,
    `${DATABASE}.${STATE_LAST}_local`,
    `${CONSUMER_DATABASE}.${STATE_LAST}_consumer`,
  ],
  expansion: [`${DATABASE}.${ROOT}`, `${DATABASE}.${ROOT}_binding_errors`],
};

const isOld = ({ isNew }: Column): boolean => isNew !== true;
const COMMANDS = COMMAND_COLUMNS.filter(isOld);
const STATES = STATE_COLUMNS.filter(isOld);

const bare = (name: string): string => name;

/**
 * The script of 6.0.9, which drops what there is and makes it anew. It differs in the expansion views, which read the keys
 * that the state really has.
 */
export function legacyScript(header: HeaderSqlType): string {
  const style: ColumnStyle = {
    quote: bare,
    headerType: header === 'MAP' ? 'Map(String, String)' : 'String',
    timeType: 'DateTime',
    extractObject: 'JSONExtractString',
    timezone: TIME_ZONE,
  };
  const databases = [DATABASE, CONSUMER_DATABASE].map((name) => `CREATE DATABASE IF NOT EXISTS ${name} ${ON};`);
  return [
    section('global', databases.join('\n')),
    section('clear', section(`${AGGREGATE}.clear`, clear())),
    section(
      `${AGGREGATE}.command`,
      `${table(`${COMMAND}_local`, COMMANDS, style)} ENGINE = ReplicatedMergeTree(${PATH})
      PARTITION BY toYYYYMM(create_time)
      ORDER BY id;`,
      distributed(COMMAND),
      ...ingress(COMMAND, 'command', COMMANDS, style),
    ),
    section(
      `${AGGREGATE}.stateEvent`,
      `${table(`${STATE_EVENT}_local`, STATES, style)} ENGINE = ReplicatedReplacingMergeTree(${PATH}, version)
      PARTITION BY toYYYYMM(create_time)
      ORDER BY (aggregate_id, version);`,
      distributed(STATE_EVENT),
      ...ingress(STATE_EVENT, 'state', STATES, style),
      view(`${STATE_EVENT}_event`, selectEvents()),
    ),
    section(
      `${AGGREGATE}.stateLast`,
      `${table(`${STATE_LAST}_local`, STATES, style)} ENGINE = ReplicatedReplacingMergeTree(${PATH}, version)
      PARTITION BY sipHash64(aggregate_id) % 8
      ORDER BY (aggregate_id);`,
      distributed(STATE_LAST),
      consumer(STATE_LAST, `SELECT *\nFROM ${DATABASE}.${STATE_EVENT}`),
    ),
    section(`${AGGREGATE}.expansion`, ...expansions()),
  ].join('\n');
}

function clear(): string {
  return Object.entries(DROPPED)
    .map(([group, tables]) => {
      const line = `------------------${group}------------------`;
      return [line, ...tables.map((name) => `DROP TABLE IF EXISTS ${name} ${ON} SYNC;`), line].join('\n');
    })
    .join('\n');
}

const table = (name: string, columns: readonly Column[], style: ColumnStyle): string =>
  `CREATE TABLE IF NOT EXISTS ${DATABASE}.${name} ${ON}\n(\n${declarations(columns, style)}\n)`;

const distributed = (name: string): string =>
  `CREATE TABLE IF NOT EXISTS ${DATABASE}.${name} ${ON}
    AS ${DATABASE}.${name}_local
        ENGINE = Distributed('{cluster}', ${DATABASE}, ${name}_local, sipHash64(aggregate_id));`;

const view = (name: string, select: string): string =>
  `CREATE VIEW IF NOT EXISTS ${DATABASE}.${name} ${ON} AS\n${select};`;

const consumer = (name: string, select: string): string =>
  `CREATE MATERIALIZED VIEW IF NOT EXISTS ${CONSUMER_DATABASE}.${name}_consumer
            ${ON}
            TO ${DATABASE}.${name}
AS
${select};`;

/** What reads a topic into the table of `name`. */
function ingress(name: string, topic: string, columns: readonly Column[], style: ColumnStyle): string[] {
  const queue = `${CONSUMER_DATABASE}.${name}_queue`;
  const kafka = [
    BOOTSTRAP_SERVERS,
    `${TOPIC_PREFIX}${AGGREGATE}.${topic}`,
    `clickhouse_${name}_consumer`,
    'JSONAsString',
  ].map(literal);
  return [
    `CREATE TABLE IF NOT EXISTS ${queue} ${ON}\n(\n    data String\n) ENGINE = Kafka(${kafka.join(', ')});`,
    consumer(name, `SELECT ${extractions(columns, style)}\nFROM ${queue}`),
  ];
}

/** A row for each event of a stream. */
function selectEvents(): string {
  const columns = STATES.flatMap(({ name }) =>
    name === 'body'
      ? [
          'events.1 AS event_sequence',
          ...['id', 'name', 'revision', 'bodyType', 'body'].map(
            (key) => `JSONExtract(events.2, '${key}', 'String') AS event_${key === 'bodyType' ? 'body_type' : key}`,
          ),
        ]
      : [name],
  );
  return `WITH arrayJoin(arrayZip(arrayEnumerate(body), body)) AS events
SELECT ${columns.join(',\n       ')}
FROM ${DATABASE}.${STATE_EVENT}`;
}

/** The latest states in columns, and a row for each of their binding errors. */
function expansions(): string[] {
  const { aliases, columns, lists } = expand(STATE, 'state', {
    quote: bare,
    extractObject: 'JSONExtractString',
    maxDepth: Infinity,
    keepsRaw: false,
  });
  // Said with their table, since the state has an `id` of its own, which would go before.
  const repeated = repeatedColumns(STATES).map(({ name }) => `${STATE_LAST}.${name} AS __${name}`);
  const select = (named: readonly string[], selected: readonly string[]): string =>
    `WITH\n${named.join(',\n')}\nSELECT\n${[...selected, ...repeated].join(',\n')}\nFROM ${DATABASE}.${STATE_LAST}`;
  return [
    view(ROOT, select(aliases, columns)),
    ...lists.map((list) =>
      view(
        `${ROOT}_binding_errors`,
        select(
          [...aliases, `arrayJoin(${list.elements}) AS ${list.alias}`],
          [...columns.filter((column) => column !== list.column), ...list.columns],
        ),
      ),
    ),
  ];
}
