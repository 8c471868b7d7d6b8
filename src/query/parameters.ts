import type { Sql } from './context.ts';

/** Collects the values of a statement while its text is made. */
export interface Parameters {
  /**
   * The parameter's text in the statement, with its type. The same value shares one; lists are compared by identity, and
   * `prepare` makes of them what Postgres gets, so that a long one is prepared once and not in every branch.
   */
  readonly bind: <Value>(type: string, value: Value, prepare?: (value: Value) => unknown) => string;
  /** The statement with those values that its text has come to use: Postgres cannot tell the type of an unused one. */
  readonly statement: (text: string) => Sql;
}

/** Of a statement that is still to be made. */
export function createParameters(): Parameters {
  const bound: unknown[] = [];
  const knownByType = new Map<string, Map<unknown, string>>();
  return {
    bind: (type, value, prepare) => {
      const known = knownByType.get(type) ?? new Map<unknown, string>();
      knownByType.set(type, known);
      const parameter = known.get(value) ?? `$${bound.push(prepare?.(value) ?? value)}::${type}`;
      known.set(value, parameter);
      return parameter;
    },
    statement: (text) => {
      const places = new Map<string, number>();
      // Nothing but parameters has this sign: the text holds no value of a caller.
      const numbered = text.replaceAll(/\$\d+/g, (parameter) => {
        const place = places.get(parameter) ?? places.size + 1;
        places.set(parameter, place);
        return `$${place}`;
      });
      return { text: numbered, values: [...places.keys()].map((parameter) => bound[Number(parameter.slice(1)) - 1]) };
    },
  };
}
