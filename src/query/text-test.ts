import type { Compiled } from './compiled.ts';
import { folding } from './folding.ts';
import { isStorable } from './json.ts';
import type { Parameters } from './parameters.ts';
import type { Comparison } from './comparison.ts';
import type { Test } from './predicate.ts';

/** Whether a text of SQL starts or ends with, or has in it, another one, literally. */
export function textTest(sql: string, test: Extract<Test, { is: 'text' }>, { bind }: Parameters): Compiled {
  const { at, text, ignoreCase } = test;
  if (!isStorable(text)) return false;
  const whole = ignoreCase ? folded(sql, bind) : sql;
  const part = bind('text', text);
  switch (at) {
    case 'start':
      return `starts_with(${whole}, ${part})`;
    case 'anywhere':
      return `(strpos(${whole}, ${part}) > 0)`;
    case 'end':
      // An end is also what stands before one final line feed (query contract 4.2).
      return `(right(${whole}, length(${part})) = ${part} or right(${whole}, length(${part}) + 1) = ${part} || chr(10))`;
  }
}

/** How a text of SQL compares, by its bytes, with any other. */
export function textCompared(sql: string, by: Comparison, bound: string, { bind }: Parameters): Compiled {
  return `(${sql} ${by} ${bind('text', bound)} collate "C")`;
}

function folded(sql: string, bind: Parameters['bind']): string {
  const { from, to } = folding();
  const lower = `lower(${sql} collate "C")`;
  // Only text with characters of more than one byte has anything else to fold, and translate() is slow.
  return `case when octet_length(${sql}) = length(${sql}) then ${lower} else translate(${lower}, ${bind('text', from)}, ${bind('text', to)}) end`;
}
