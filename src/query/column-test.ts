import type { Column } from './columns.ts';
import { type Compiled, notThat } from './compiled.ts';
import type { JsonValue } from './json.ts';
import type { Parameters } from './parameters.ts';
import type { Comparison } from './comparison.ts';
import type { Test } from './predicate.ts';
import { passes } from './scalar.ts';
import { textCompared, textTest } from './text-test.ts';

/** Whether what a column holds passes a test. */
export function columnTest(column: Column, test: Test, parameters: Parameters): Compiled {
  if (test.is === 'present') return true;
  switch (column.type) {
    case 'word': {
      const words = column.words.filter((word) => passes(word, test));
      if (words.length === column.words.length) return true;
      if (words.length === 0) return false;
      // Before version 17, Postgres does not know that an index is in order behind an array of one.
      if (words.length === 1) return `${column.sql} = ${parameters.bind(column.sqlType, words[0])}`;
      return `${column.sql} = any(${parameters.bind(`${column.sqlType}[]`, words)})`;
    }
    case 'boolean': {
      const [onTrue, onFalse] = [passes(true, test), passes(false, test)];
      if (onTrue === onFalse) return onTrue;
      return onTrue ? column.sql : notThat(column.sql);
    }
    case 'text':
      return textColumnTest(column.sql, test, parameters);
    case 'integer':
      return integerTest(column.sql, test, parameters);
  }
}

function textColumnTest(sql: string, test: Exclude<Test, { is: 'present' }>, parameters: Parameters): Compiled {
  const { bind } = parameters;
  switch (test.is) {
    case 'equal': {
      const [only, ...others] = test.values;
      if (others.length === 0) return typeof only === 'string' && `${sql} = ${bind('text', only)}`;
      return `${sql} = any(${bind('text[]', test.values, texts)})`;
    }
    case 'compared':
      return typeof test.bound === 'string' && textCompared(sql, test.by, test.bound, parameters);
    case 'text':
      return textTest(sql, test, parameters);
  }
}

function integerTest(sql: string, test: Exclude<Test, { is: 'present' }>, { bind }: Parameters): Compiled {
  switch (test.is) {
    case 'equal':
      return test.values.length > 0 && `${sql} = any(${bind('bigint[]', test.values, integers)})`;
    case 'compared':
      return typeof test.bound === 'number' && integerCompared(sql, test.by, test.bound, bind);
    case 'text':
      return false;
  }
}

/** Between two integers lies none: a bound with a fraction counts as the integer before or after it. */
function integerCompared(sql: string, by: Comparison, bound: number, bind: Parameters['bind']): Compiled {
  if (Math.abs(bound) > Number.MAX_SAFE_INTEGER) return by.startsWith('<') === bound > 0;
  const integer = by === '>' || by === '<=' ? Math.floor(bound) : Math.ceil(bound);
  return `${sql} ${by} ${bind('bigint', integer)}`;
}

const texts = (values: readonly JsonValue[]): unknown => values.filter((value) => typeof value === 'string');

const integers = (values: readonly JsonValue[]): unknown => values.filter((value) => Number.isSafeInteger(value));
