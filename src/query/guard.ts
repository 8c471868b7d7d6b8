import type { Pagination } from './body.ts';
import type { Condition } from './condition.ts';
import { isArray } from './json.ts';
import type { Operator } from './operators.ts';
import { illegalArgument } from './refused.ts';

/** The default limits of the original's HTTP guard (query contract 9). */
const MAX_LIST_SIZE = 1_000;
const MAX_PAGE_SIZE = 100;
const MAX_PAGE_WINDOW = 10_000;
const MAX_CONDITION_NODES = 64;
const MAX_CONDITION_VALUES = 1_000;
const MAX_OFFSET = 2 ** 31 - 1;

const LISTS: readonly Operator[] = ['IN', 'NOT_IN', 'ALL_IN', 'IDS', 'AGGREGATE_IDS'];
const EXPENSIVE: readonly Operator[] = ['NE', 'NOT_IN', 'NOR', 'NULL', 'NOT_NULL', 'CONTAINS', 'ENDS_WITH'];

/** @throws QueryRefused where the guard limits lists to fewer rows */
export function guardList(limit: number): void {
  if (limit < 1 || limit > MAX_LIST_SIZE) {
    throw illegalArgument(`HTTP list query limit[${limit}] must be between 1 and ${MAX_LIST_SIZE}.`);
  }
}

/** @throws QueryRefused where the guard limits pages to smaller or earlier ones */
export function guardPage({ index, size }: Pagination): void {
  if (index < 1) throw illegalArgument(`HTTP page index[${index}] must be greater than or equal to 1.`);
  if (size < 1 || size > MAX_PAGE_SIZE) {
    throw illegalArgument(`HTTP page size[${size}] must be between 1 and ${MAX_PAGE_SIZE}.`);
  }
  const offset = (index - 1) * size;
  if (offset > MAX_OFFSET) throw illegalArgument(`HTTP page offset[${offset}] must not exceed ${MAX_OFFSET}.`);
  const window = index * size;
  if (window > MAX_PAGE_WINDOW) {
    throw illegalArgument(`HTTP page window[${window}] must not exceed ${MAX_PAGE_WINDOW}.`);
  }
}

/** Walks the whole condition, the last child first, as the original does: it decides which offence is named. @throws QueryRefused */
export function guardCondition(root: Condition): void {
  const open = [root];
  let nodes = 0;
  for (let condition = open.pop(); condition !== undefined; condition = open.pop()) {
    nodes += 1;
    if (nodes > MAX_CONDITION_NODES) {
      throw illegalArgument(`HTTP query condition nodes[${nodes}] must not exceed ${MAX_CONDITION_NODES}.`);
    }
    guardOne(condition);
    open.push(...condition.children);
  }
}

function guardOne(condition: Condition): void {
  const { operator, value, children } = condition;
  if (operator === 'RAW') throw illegalArgument('HTTP query operator[RAW] is not allowed.');
  if (operator === 'ELEM_MATCH' && children.length !== 1) {
    throw illegalArgument('HTTP ELEM_MATCH condition must contain exactly one child.');
  }
  if (LISTS.includes(operator) && isArray(value) && value.length > MAX_CONDITION_VALUES) {
    const length = value.length;
    throw illegalArgument(`HTTP query condition values[${length}] must not exceed ${MAX_CONDITION_VALUES}.`);
  }
  if (isExpensive(condition)) {
    throw illegalArgument(`HTTP query operator[${operator}] is disabled because expensive operators are not allowed.`);
  }
}

function isExpensive({ operator, value, options }: Condition): boolean {
  if (operator === 'EXISTS') return value === false;
  if (operator === 'STARTS_WITH') return typeof value !== 'string' || value === '' || options['ignoreCase'] === true;
  return EXPENSIVE.includes(operator);
}
