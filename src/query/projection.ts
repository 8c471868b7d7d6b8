import type { Projection } from './body.ts';
import { PRIMARY_KEY, type QueryContext } from './context.ts';
import { type JsonObject, type JsonValue, isArray, isObject } from './json.ts';
import { checkName, topName } from './path.ts';
import { QueryRefused, badRequest } from './refused.ts';

/** The names that a projection mentions below another one; without any, the projected path ends there. */
type Tree = Map<string, Tree>;

/** Gives what is wanted of a document, or only of its state. @throws QueryRefused for a projection that no document can satisfy */
export type Project = (document: JsonObject) => JsonObject;

/** Reads a projection (query contract 7). @throws QueryRefused for one that the original's store refuses */
export function projector(projection: Projection, { subject, result }: QueryContext): Project {
  const project = documentProjector(projection, PRIMARY_KEY[subject]);
  return result === 'document' ? project : (document) => stateOf(project(document));
}

function documentProjector(projection: Projection, id: string): Project {
  const include = treeOf(projection.include, id);
  const exclude = treeOf(projection.exclude, id);
  const withoutId = exclude.get(id)?.size === 0;
  // The store lets the id alone be excluded beside what is included; then the answer has none to be built from.
  if (include.size > 0 && exclude.size > (withoutId ? 1 : 0)) {
    throw badRequest('A projection cannot include and exclude at the same time.');
  }
  if (withoutId) {
    return () => {
      throw new QueryRefused('IllegalState', 'Required value was null.');
    };
  }
  if (include.size === 0) return (document) => without(document, exclude);
  include.set(id, new Map());
  return (document) => only(document, include);
}

function stateOf({ state }: JsonObject): JsonObject {
  if (isObject(state)) return state;
  throw badRequest('The answer is the state, so the projection must leave it: include "state" or something below it.');
}

function treeOf(fields: readonly string[], id: string): Tree {
  const root: Tree = new Map();
  for (const field of new Set(fields.map((each) => topName(each, id)))) {
    checkName(field);
    insert(root, field);
  }
  return root;
}

function insert(root: Tree, field: string): void {
  const parts = field.split('.');
  let tree = root;
  for (const [index, part] of parts.entries()) {
    const below = tree.get(part);
    const isLast = index === parts.length - 1;
    if (below !== undefined && (isLast || below.size === 0)) {
      throw badRequest(`A projection cannot name both "${field}" and something above or below it.`);
    }
    const next: Tree = below ?? new Map<string, Tree>();
    tree.set(part, next);
    tree = next;
  }
}

function only(from: JsonObject, tree: Tree): JsonObject {
  return mapMembers(from, (key, value) => {
    const below = tree.get(key);
    return below === undefined || below.size === 0 ? below && value : onlyIn(value, below);
  });
}

/** Arrays keep what is left of their elements; a scalar has nothing below it and disappears. */
function onlyIn(value: JsonValue, tree: Tree): JsonValue | undefined {
  if (isArray(value)) return value.map((element) => onlyIn(element, tree)).filter((left) => left !== undefined);
  return isObject(value) ? only(value, tree) : undefined;
}

function without(from: JsonObject, tree: Tree): JsonObject {
  if (tree.size === 0) return from;
  return mapMembers(from, (key, value) => {
    const below = tree.get(key);
    if (below === undefined) return value;
    return below.size === 0 ? undefined : withoutIn(value, below);
  });
}

function withoutIn(value: JsonValue, tree: Tree): JsonValue {
  if (isArray(value)) return value.map((element) => withoutIn(element, tree));
  return isObject(value) ? without(value, tree) : value;
}

function mapMembers(from: JsonObject, change: (key: string, value: JsonValue) => JsonValue | undefined): JsonObject {
  const members = Object.entries(from).map(([key, value]) => [key, change(key, value)] as const);
  return Object.fromEntries(members.filter((member): member is [string, JsonValue] => member[1] !== undefined));
}
