import type { Sql } from './context.ts';

/** Collects the values of a statement while its text is made; equal values of one type share a parameter. */
export interface Parameters {
  /** The parameter's text in the statement, with its type. */
  readonly bind: (type: string, value: unknown) => string;
  /** The statement with those values that its text has come to use: Postgres cannot tell the type of an unused one. */
  readonly statement: (text: string) => Sql;
}

/** Of a statement that is still to be made. */
export function createParameters(): Parameters {
  const bound: unknown[] = [];
  const known = new Map<string, string>();
  return {
    bind: (type, value) => {
      const key = `${type} ${JSON.stringify(value)}`;
      const parameter = known.get(key) ?? `$${bound.push(value)}::${type}`;
      known.set(key, parameter);
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
