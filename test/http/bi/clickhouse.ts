/** As much of ClickHouse's SQL as is needed to see what a script does. */

const PART =
  /(--[^\n]*|\/\*[\s\S]*?\*\/)|('(?:\\[\s\S]|''|[^'\\])*')|("(?:\\[\s\S]|""|[^"\\])*")|(['"`])|[^'"`/-]+|[/-]/g;

/** A script with its comments, texts and quoted names made into something else. @throws Error at a quote that is not closed */
function replaceQuoted(
  script: string,
  comment: string,
  text: (text: string) => string,
  name: (name: string) => string,
) {
  return script.replaceAll(PART, (part, comments?: string, texts?: string, names?: string, open?: string) => {
    if (open !== undefined) throw new Error('a quote is not closed');
    if (comments !== undefined) return comment;
    if (texts !== undefined) return text(texts);
    return names === undefined ? part : name(names);
  });
}

/** The script without what stands in quotes: two scripts of one skeleton do the same to different names. */
export const skeleton = (script: string): string =>
  replaceQuoted(
    script,
    ' ',
    () => "''",
    () => '""',
  );

/** The statements of a script, on one line each, without comments and unneeded space. Texts with a semicolon are not expected. */
export function statements(script: string): string[] {
  const same = (text: string): string => {
    if (text.includes(';')) throw new Error(`cannot split at ${text}`);
    return text;
  };
  return replaceQuoted(script, ' ', same, same)
    .split(';')
    .map(tidy)
    .filter((statement) => statement !== '');
}

const tidy = (text: string): string =>
  text
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/ ?([(),]) ?/g, '$1')
    .trim();

/** The lines that name sections, each twice. */
export const sections = (script: string): string[] => script.match(/^-- \S+ --$/gm) ?? [];

/** What a statement creates. */
export interface Created {
  /** With its database, as it is quoted. */
  readonly name: string;
  /** Declared or selected columns, sorted: those of a table with their types. */
  readonly columns: readonly string[];
  /** Everything from the engine on, but for the comment and fingerprints. */
  readonly engine: string;
}

const CREATE = /^CREATE (?:OR REPLACE )?(?:TABLE|VIEW|MATERIALIZED VIEW) (?:IF NOT EXISTS )?([^\s(]+)/;

/** Tables and views in the order in which a script makes them. */
export function created(script: string): Created[] {
  return statements(script).flatMap((statement): Created[] => {
    const name = CREATE.exec(statement)?.[1];
    if (name === undefined) return [];
    const [definition = '', engine = ''] = statement
      .replace(/\)? ?COMMENT'.*$|\)? COMMENT '.*$/, '')
      .split(/ENGINE ?= ?/);
    const declared = /^CREATE TABLE[^(]*\((.*)\)\s*$/.exec(definition)?.[1];
    const columns =
      declared === undefined
        ? [...definition.slice(definition.search(/SELECT/)).matchAll(/\bAS (["\w]+)/gi)].map(([, alias]) => alias ?? '')
        : splitList(declared);
    return [{ name: unmarked(name), columns: columns.sort(), engine: tidy(unmarked(engine)) }];
  });
}

const unmarked = (text: string): string => text.replaceAll(/[0-9a-f]{32}/g, '#');

/** Splits at the commas that stand in no brackets. */
function splitList(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (let index = 0; index <= text.length; index += 1) {
    const character = text[index] ?? ',';
    if (character === '(') depth += 1;
    if (character === ')') depth -= 1;
    if (character !== ',' || depth > 0) continue;
    parts.push(text.slice(start, index));
    start = index + 1;
  }
  return parts.map((part) => part.trim());
}
