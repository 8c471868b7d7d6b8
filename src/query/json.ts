/** A JSON object as it is decoded from a body or read from the store. */
export interface JsonObject {
  readonly [key: string]: JsonValue;
}

/** Any JSON value. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject;

/** Whether a value is an object, not an array or null. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether a value is an array. */
export function isArray(value: unknown): value is readonly JsonValue[] {
  return Array.isArray(value);
}

/** How deeply arrays and objects stand inside one another; walks without recursion, so that no depth ends the process. */
export function depthOf(value: unknown): number {
  let depth = 0;
  let level: unknown[] = [value];
  while (level.length > 0) {
    const next: unknown[] = [];
    for (const each of level) {
      if (typeof each === 'object' && each !== null) for (const inner of Object.values(each)) next.push(inner);
    }
    depth += 1;
    level = next;
  }
  return depth;
}

/** Whether Postgres can hold the value: no U+0000, no unpaired surrogate, no number beyond a double. What it cannot hold equals nothing stored. */
export function isStorable(value: JsonValue): boolean {
  if (typeof value === 'string') return value.isWellFormed() && !value.includes('\0');
  if (typeof value === 'number') return Number.isFinite(value);
  if (isArray(value)) return value.every(isStorable);
  if (isObject(value)) return Object.entries(value).every(([key, member]) => isStorable(key) && isStorable(member));
  return true;
}

/** The values as JSON texts, as which Postgres takes a list of jsonb. */
export function toTexts(values: readonly JsonValue[]): string[] {
  return values.map((value) => JSON.stringify(value));
}
