import { literal } from './sql.ts';

type Kind = 'text' | 'header' | 'flag' | 'number' | 'optional number' | 'json' | 'list' | 'time' | 'tags';

/** A column of a table that is filled from a message: where its value stands in the JSON and what it is. */
export interface Column {
  readonly name: string;
  readonly key: string;
  readonly kind: Kind;
  /** Not in the script of 6.0.9. */
  readonly isNew?: true;
}

/** How a script spells columns. */
export interface ColumnStyle {
  readonly quote: (name: string) => string;
  readonly headerType: 'Map(String, String)' | 'String';
  readonly timeType: 'DateTime' | 'DateTime64(3)';
  /** How an object is taken out of its JSON as it is. */
  readonly extractObject: 'JSONExtractString' | 'JSONExtractRaw';
  readonly timezone: string;
}

/** Of the messages of the topic of commands (contract 5.5.1). */
export const COMMAND_COLUMNS: readonly Column[] = [
  { name: 'id', key: 'id', kind: 'text' },
  { name: 'context_name', key: 'contextName', kind: 'text' },
  { name: 'aggregate_name', key: 'aggregateName', kind: 'text' },
  { name: 'name', key: 'name', kind: 'text' },
  { name: 'header', key: 'header', kind: 'header' },
  { name: 'aggregate_id', key: 'aggregateId', kind: 'text' },
  { name: 'tenant_id', key: 'tenantId', kind: 'text' },
  { name: 'owner_id', key: 'ownerId', kind: 'text' },
  { name: 'space_id', key: 'spaceId', kind: 'text', isNew: true },
  { name: 'request_id', key: 'requestId', kind: 'text' },
  { name: 'aggregate_version', key: 'aggregateVersion', kind: 'optional number' },
  { name: 'is_create', key: 'isCreate', kind: 'flag' },
  { name: 'is_void', key: 'isVoid', kind: 'flag', isNew: true },
  { name: 'allow_create', key: 'allowCreate', kind: 'flag' },
  { name: 'body_type', key: 'bodyType', kind: 'text' },
  { name: 'body', key: 'body', kind: 'json' },
  { name: 'create_time', key: 'createTime', kind: 'time' },
];

/** Of the messages of the topic of state events (contract 4.4 and 5.5.1). */
export const STATE_COLUMNS: readonly Column[] = [
  { name: 'id', key: 'id', kind: 'text' },
  { name: 'context_name', key: 'contextName', kind: 'text' },
  { name: 'aggregate_name', key: 'aggregateName', kind: 'text' },
  { name: 'header', key: 'header', kind: 'header' },
  { name: 'aggregate_id', key: 'aggregateId', kind: 'text' },
  { name: 'tenant_id', key: 'tenantId', kind: 'text' },
  { name: 'owner_id', key: 'ownerId', kind: 'text' },
  { name: 'space_id', key: 'spaceId', kind: 'text', isNew: true },
  { name: 'command_id', key: 'commandId', kind: 'text' },
  { name: 'request_id', key: 'requestId', kind: 'text' },
  { name: 'version', key: 'version', kind: 'number' },
  { name: 'state', key: 'state', kind: 'json' },
  { name: 'body', key: 'body', kind: 'list' },
  { name: 'first_operator', key: 'firstOperator', kind: 'text' },
  { name: 'first_event_time', key: 'firstEventTime', kind: 'time' },
  { name: 'create_time', key: 'createTime', kind: 'time' },
  { name: 'tags', key: 'tags', kind: 'tags', isNew: true },
  { name: 'deleted', key: 'deleted', kind: 'flag' },
];

const TAGS = 'Map(String, Array(String))';
const OPTIONAL_NUMBER = 'Nullable(UInt32)';

/** The columns as a table declares them. */
export function declarations(columns: readonly Column[], style: ColumnStyle): string {
  return columns.map(({ name, kind }) => `    ${style.quote(name)} ${columnType(kind, style)}`).join(',\n');
}

/** The columns as they are selected from the message in the column `data`. */
export function extractions(columns: readonly Column[], style: ColumnStyle): string {
  return columns
    .map(({ name, key, kind }) => `${extraction(literal(key), kind, style)} AS ${style.quote(name)}`)
    .join(',\n       ');
}

function columnType(kind: Kind, { headerType, timeType, timezone }: ColumnStyle): string {
  switch (kind) {
    case 'text':
    case 'json':
      return 'String';
    case 'header':
      return headerType;
    case 'flag':
      return 'Bool';
    case 'number':
      return 'UInt32';
    case 'optional number':
      return OPTIONAL_NUMBER;
    case 'list':
      return 'Array(String)';
    case 'tags':
      return TAGS;
    case 'time':
      return timeType === 'DateTime' ? `DateTime(${literal(timezone)})` : `DateTime64(3, ${literal(timezone)})`;
  }
}

/** Those of a state that the expansion views repeat, with two underscores before their names. */
export const repeatedColumns = (state: readonly Column[]): readonly Column[] =>
  state.filter(({ name }) => !['context_name', 'aggregate_name', 'header', 'state', 'body'].includes(name));

function extraction(key: string, kind: Kind, { quote, headerType, extractObject, timezone }: ColumnStyle): string {
  const data = quote('data');
  switch (kind) {
    case 'text':
      return `JSONExtractString(${data}, ${key})`;
    case 'json':
      return `${extractObject}(${data}, ${key})`;
    case 'header':
      return `JSONExtract(${data}, ${key}, ${literal(headerType)})`;
    case 'flag':
      return `JSONExtractBool(${data}, ${key})`;
    case 'number':
      return `JSONExtractUInt(${data}, ${key})`;
    case 'optional number':
      return `JSONExtract(${data}, ${key}, ${literal(OPTIONAL_NUMBER)})`;
    case 'list':
      return `JSONExtractArrayRaw(${data}, ${key})`;
    case 'tags':
      return `JSONExtract(${data}, ${key}, ${literal(TAGS)})`;
    case 'time':
      return `toDateTime64(JSONExtractInt(${data}, ${key}) / 1000.0, 3, ${literal(timezone)})`;
  }
}
