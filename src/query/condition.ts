import type { JsonObject, JsonValue } from './json.ts';
import { asArray, asObject, asText, asWord, member } from './members.ts';
import { OPERATORS, type Operator } from './operators.ts';
import { undecodable } from './refused.ts';

/** More conditions than this are no question of a person or a dashboard, and each costs time for every row. */
const MAX_CONDITIONS = 1_000;

/** A condition as it is sent, with the defaults of query contract 2.1. */
export interface Condition {
  readonly operator: Operator;
  readonly field: string;
  readonly value: JsonValue;
  readonly children: readonly Condition[];
  readonly options: JsonObject;
}

/** A condition that the server itself adds. */
export function implied(operator: Operator, value: JsonValue, children: readonly Condition[] = []): Condition {
  return { operator, value, children, field: '', options: {} };
}

/** Reads a decoded condition with all its children. @throws QueryRefused */
export function readCondition(value: JsonValue): Condition {
  let count = 0;
  const read = (given: JsonValue, name: string): Condition => {
    count += 1;
    if (count > MAX_CONDITIONS) throw undecodable(`A query must not have more than ${MAX_CONDITIONS} conditions.`);
    const condition = asObject(given, name);
    return {
      operator: asWord(member(condition, 'operator', 'ALL'), 'operator', OPERATORS),
      field: asText(member(condition, 'field', ''), 'field'),
      value: member(condition, 'value', ''),
      children: asArray(member(condition, 'children', []), 'children').map((child) => read(child, 'children')),
      options: asObject(member(condition, 'options', {}), 'options'),
    };
  };
  return read(value, 'condition');
}
