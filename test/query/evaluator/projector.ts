import type { Projection } from './decode.ts';
import { isArray, isObject, type Json, type JsonObject } from './json.ts';
import { refuseUnusable } from './paths.ts';
import { badRequest, Refused } from './refused.ts';

/** The members below a name; without any, the path ends there. */
type Tree = Map<string, Tree>;

/** Gives the wanted part of a document by contract 7. @throws Refused, at once or with the first document */
export function projector(
  { include, exclude }: Projection,
  storedName: (field: string) => string,
  primaryKey: string,
): (document: JsonObject) => JsonObject {
  const included = treeOf(include.map(storedName));
  const excluded = treeOf(exclude.map(storedName));
  if (excluded.has(primaryKey) && excluded.get(primaryKey)?.size === 0) {
    if (include.length > 0 && excluded.size > 1) throw mixed();
    return () => {
      throw new Refused('IllegalState', 'Required value was null.');
    };
  }
  if (include.length > 0 && exclude.length > 0) throw mixed();
  if (include.length > 0) return (document) => only(document, included.set(primaryKey, new Map()));
  return (document) => without(document, excluded);
}

const mixed = (): Refused => badRequest('A projection cannot include and exclude.');

function treeOf(fields: readonly string[]): Tree {
  const root: Tree = new Map();
  for (const field of new Set(fields)) {
    const parts = field.split('.');
    refuseUnusable(field);
    const last = parts.length - 1;
    let tree = root;
    for (const [depth, part] of parts.entries()) {
      const known = tree.get(part);
      if (known !== undefined && (depth === last || known.size === 0)) throw badRequest(`Path collision at ${field}`);
      const next: Tree = known ?? new Map<string, Tree>();
      tree.set(part, next);
      tree = next;
    }
  }
  return root;
}

function only(from: JsonObject, tree: Tree): JsonObject {
  return mapMembers(from, (key, value) => {
    const below = tree.get(key);
    if (below === undefined) return undefined;
    return below.size === 0 ? value : onlyIn(value, below);
  });
}

/** Objects keep the chosen members, arrays what is left of their elements; a scalar has no members and disappears. */
function onlyIn(value: Json, tree: Tree): Json | undefined {
  if (isArray(value)) return value.map((element) => onlyIn(element, tree)).filter((left) => left !== undefined);
  return isObject(value) ? only(value, tree) : undefined;
}

function without(from: JsonObject, tree: Tree): JsonObject {
  return mapMembers(from, (key, value) => {
    const below = tree.get(key);
    if (below === undefined) return value;
    return below.size === 0 ? undefined : withoutIn(value, below);
  });
}

function withoutIn(value: Json, tree: Tree): Json {
  if (isArray(value)) return value.map((element) => withoutIn(element, tree));
  return isObject(value) ? without(value, tree) : value;
}

function mapMembers(from: JsonObject, change: (key: string, value: Json) => Json | undefined): JsonObject {
  return Object.fromEntries(
    Object.entries(from).flatMap(([key, value]) => {
      const changed = change(key, value);
      return changed === undefined ? [] : [[key, changed] as const];
    }),
  );
}
