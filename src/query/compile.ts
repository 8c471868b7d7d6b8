import { candidateTest } from './candidate-test.ts';
import { columnTest } from './column-test.ts';
import type { Columns } from './columns.ts';
import { type Compiled, allOf, anyOf, notThat } from './compiled.ts';
import { type JsonValue, toTexts } from './json.ts';
import type { Parameters } from './parameters.ts';
import type { Path } from './path.ts';
import type { Predicate, Test } from './predicate.ts';

/** Where paths start: a jsonb value of SQL, and what else is known of the row that it belongs to. */
interface Root {
  readonly sql: string;
  readonly columns: Columns;
  /** How many arrays of ELEM_MATCH lie between the document and this value. */
  readonly depth: number;
}

/** The SQL of a predicate on the rows of a table. It is true or false, never null: `not` may stand before any part of it. */
export function compile(predicate: Predicate, columns: Columns, parameters: Parameters): Compiled {
  return compileIn({ sql: 'document', columns, depth: 0 }, predicate, parameters);
}

function compileIn(root: Root, predicate: Predicate, parameters: Parameters): Compiled {
  switch (predicate.kind) {
    case 'constant':
      return predicate.holds;
    case 'every':
      return allOf(predicate.parts.map((part) => compileIn(root, part, parameters)));
    case 'some':
      return anyOf(predicate.parts.map((part) => compileIn(root, part, parameters)));
    case 'not':
      return notThat(compileIn(root, predicate.part, parameters));
    case 'field':
      return field(root, predicate.path, predicate.test, parameters);
    case 'holdsAll':
      return holdsAll(root, predicate.path, predicate.values, parameters);
    case 'element':
      return element(root, predicate.path, predicate.part, parameters);
  }
}

function field(root: Root, path: Path, test: Test, parameters: Parameters): Compiled {
  const column = root.columns.get(path.join('.'));
  if (column !== undefined) return columnTest(column, test, parameters);
  const passes = candidateTest('candidate', test, parameters);
  if (passes === false) return false;
  const candidates = `redress.candidates(${root.sql}, ${parameters.bind('text[]', path)}, true)`;
  return `exists (select from unnest(${candidates}) as found (candidate) where ${passes})`;
}

function holdsAll(root: Root, path: Path, values: readonly JsonValue[], parameters: Parameters): Compiled {
  if (values.length === 0) return true;
  const column = root.columns.get(path.join('.'));
  if (column !== undefined) {
    // One value cannot equal several.
    const [first, ...others] = new Set(values);
    if (first === undefined || others.length > 0) return false;
    return columnTest(column, { is: 'equal', values: [first], orNothing: false }, parameters);
  }
  const wanted = parameters.bind('jsonb[]', values, toTexts);
  return `${wanted} <@ redress.candidates(${root.sql}, ${parameters.bind('text[]', path)}, true)`;
}

function element(root: Root, path: Path, part: Predicate, parameters: Parameters): Compiled {
  const sql = `element${root.depth}`;
  const passes = compileIn({ sql, columns: NO_COLUMNS, depth: root.depth + 1 }, part, parameters);
  if (passes === false) return false;
  const reached = `redress.candidates(${root.sql}, ${parameters.bind('text[]', path)}, false)`;
  const elements = `jsonb_array_elements(case jsonb_typeof(reached) when 'array' then reached end)`;
  return (
    `exists (select from unnest(${reached}) as ends (reached), ${elements} as each (${sql}) ` +
    `where ${allOf([`jsonb_typeof(${sql}) = 'object'`, passes])})`
  );
}

const NO_COLUMNS: Columns = new Map();
