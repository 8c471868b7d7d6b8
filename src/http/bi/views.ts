import { STATE_COLUMNS, repeatedColumns } from './columns.ts';
import type { ExpandedList, Expansion } from './expansion.ts';
import { identifier, literal } from './sql.ts';

const SOURCE = '"__source"';

/** The JSON of a state in the views that expand it. */
export const STATE_JSON = `${SOURCE}."state"`;

/** A row for each record, its state in columns. */
export function selectRoot({ aliases, columns }: Expansion, from: string): string {
  return select(aliases, [...columns, `${STATE_JSON} AS "__state"`, `'' AS "__path"`], from);
}

/** A row for each element of a list; records without any vanish. */
export function selectElements(list: ExpandedList, { aliases, columns }: Expansion, from: string): string {
  const cursor = identifier(`__cursor__${list.alias}`);
  const index = `tupleElement(${cursor}, 1) - 1`;
  return select(
    [
      ...aliases,
      `arrayJoin(arrayZip(arrayEnumerate(${list.elements}), ${list.elements})) AS ${cursor}`,
      `tupleElement(${cursor}, 2) AS ${identifier(list.alias)}`,
    ],
    [
      ...list.columns,
      ...columns.filter((column) => column !== list.column),
      `${STATE_JSON} AS "__state"`,
      `toUInt64(${index}) AS "__index"`,
      `concat(${literal(`${list.pointer}/`)}, toString(${index})) AS "__path"`,
    ],
    from,
  );
}

function select(aliases: readonly string[], columns: readonly string[], from: string): string {
  const repeated = repeatedColumns(STATE_COLUMNS).map(
    ({ name }) => `${SOURCE}.${identifier(name)} AS ${identifier(`__${name}`)}`,
  );
  const named = aliases.length === 0 ? '' : `WITH\n${aliases.join(',\n')}\n`;
  return `${named}SELECT\n${[...columns, ...repeated].join(',\n')}\nFROM ${from} AS ${SOURCE}`;
}

/** A row for each event of a stream. */
export function selectEvents(from: string): string {
  const columns = STATE_COLUMNS.flatMap(({ name }) => {
    if (name !== 'body') return [identifier(name)];
    return [
      '"events".1 AS "event_sequence"',
      `JSONExtract("events".2, 'id', 'String') AS "event_id"`,
      `JSONExtract("events".2, 'name', 'String') AS "event_name"`,
      `JSONExtract("events".2, 'revision', 'String') AS "event_revision"`,
      `JSONExtract("events".2, 'bodyType', 'String') AS "event_body_type"`,
      `JSONExtractRaw("events".2, 'body') AS "event_body"`,
    ];
  });
  return `WITH arrayJoin(arrayZip(arrayEnumerate("body"), "body")) AS "events"
SELECT ${columns.join(',\n       ')}
FROM ${from}`;
}
