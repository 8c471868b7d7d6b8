import { type Compiled, anyOf } from './compiled.ts';
import { type JsonValue, isArray, toTexts } from './json.ts';
import type { Parameters } from './parameters.ts';
import type { Comparison } from './comparison.ts';
import type { Test } from './predicate.ts';
import { textCompared, textTest } from './text-test.ts';

/** Whether the jsonb value `sql` passes a test (query contract 4.2, 5.2); SQL null stands for a missing one. */
export function candidateTest(sql: string, test: Test, parameters: Parameters): Compiled {
  switch (test.is) {
    case 'present':
      return `${sql} is not null`;
    case 'equal':
      return anyOf([equalsSome(sql, test.values, parameters), test.orNothing && `(${sql} is null or ${sql} = 'null')`]);
    case 'compared':
      return candidateCompared(sql, test.by, test.bound, parameters);
    case 'text':
      return ofType('string', sql, textTest(textOf(sql), test, parameters));
  }
}

function equalsSome(sql: string, values: readonly JsonValue[], { bind }: Parameters): Compiled {
  const [only] = values;
  if (only === undefined) return false;
  if (values.length === 1) return `${sql} = ${bind('jsonb', only, JSON.stringify)}`;
  return `${sql} = any(${bind('jsonb[]', values, toTexts)})`;
}

/** Values of another type than the bound are neither greater nor smaller. */
function candidateCompared(sql: string, by: Comparison, bound: JsonValue, parameters: Parameters): Compiled {
  const { bind } = parameters;
  if (typeof bound === 'string') return ofType('string', sql, textCompared(textOf(sql), by, bound, parameters));
  if (typeof bound === 'number') {
    return ofType('number', sql, `${sql}::numeric ${by} ${bind('numeric', String(bound))}`);
  }
  if (typeof bound === 'boolean') return ofType('boolean', sql, `${sql}::boolean ${by} ${bind('boolean', bound)}`);
  const tokens = `redress.tokens(${sql}) ${by} redress.tokens(${bind('jsonb', bound, JSON.stringify)})`;
  return ofType(isArray(bound) ? 'array' : 'object', sql, tokens);
}

/** A cast of a value of another type would be an error, so the type decides first. */
function ofType(type: string, sql: string, test: Compiled): Compiled {
  if (test === false) return false;
  return `case jsonb_typeof(${sql}) when '${type}' then ${test} else false end`;
}

const textOf = (sql: string): string => `(${sql} #>> '{}')`;
