import type { Schema } from './types.ts';

/** Whether every reference leads somewhere is found out when a document is put together. */
export const ref = (name: string): Schema => ({ $ref: `#/components/schemas/${name}` });

export const STRING: Schema = { type: 'string' };
export const BOOLEAN: Schema = { type: 'boolean' };
export const INT32: Schema = { type: 'integer', format: 'int32' };
/** Times are epoch milliseconds. */
export const INT64: Schema = { type: 'integer', format: 'int64' };

export const arrayOf = (items: Schema): Schema => ({ type: 'array', items });
export const mapOf = (values: Schema): Schema => ({ type: 'object', additionalProperties: values });
export const nullable = (schema: Schema): Schema => ({ anyOf: [{ type: 'null' }, schema] });
export const oneOf = (values: readonly string[]): Schema => ({ type: 'string', enum: values });
export const described = (description: string, schema: Schema): Schema => ({ ...schema, description });

type Properties = Readonly<Record<string, Schema>>;

/** An object with some members that are always there, and others that may be. */
export function object(required: Properties, optional: Properties = {}): Schema {
  const properties = { ...required, ...optional };
  const names = Object.keys(required);
  return {
    type: 'object',
    ...(Object.keys(properties).length === 0 ? {} : { properties }),
    ...(names.length === 0 ? {} : { required: names }),
  };
}

/** Components of one kind, by name: the names become a type, so that a route which misspells one does not compile. */
export const named =
  <Part>() =>
  <Name extends string>(parts: Readonly<Record<Name, Part>>): Readonly<Record<Name, Part>> =>
    parts;

export const schemas = named<Schema>();
