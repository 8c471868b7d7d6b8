import { isArray, isObject, type Json, type JsonObject } from '../evaluator/json.ts';

/** A value and the path that leads to it. */
export interface Found {
  readonly field: string;
  readonly value: Json;
}

/** What conditions are made of, so that they match now and then. */
export interface Harvest {
  /** Every value at every place: a pick among them prefers what most documents have. */
  readonly values: readonly Found[];
  /** One of the values at each path: a pick among them prefers what few documents have. */
  readonly fields: readonly Found[];
  /** Fields with arrays of objects, and what these hold. */
  readonly arrays: readonly { readonly field: string; readonly elements: Harvest }[];
}

/** All paths of the documents, with their values; into arrays both through all elements and by position. */
export function harvest(documents: readonly JsonObject[]): Harvest {
  const values: Found[] = [];
  const elements = new Map<string, JsonObject[]>();
  for (const document of documents) visit(document, [], values, elements);
  return {
    values,
    fields: [...new Map(values.map((found) => [found.field, found])).values()],
    arrays: [...elements].map(([field, objects]) => ({ field, elements: harvest(objects) })),
  };
}

function visit(value: Json, path: readonly string[], values: Found[], elements: Map<string, JsonObject[]>): void {
  const field = path.join('.');
  if (path.length > 0) values.push({ field, value });
  if (isObject(value)) {
    for (const [key, member] of Object.entries(value)) visit(member, [...path, key], values, elements);
  }
  if (isArray(value)) {
    const objects = value.filter(isObject);
    if (objects.length > 0) elements.set(field, [...(elements.get(field) ?? []), ...objects]);
    for (const [at, element] of value.entries()) {
      visit(element, [...path, String(at)], values, elements);
      if (isObject(element)) visit(element, path, values, elements);
    }
  }
}
