import { isStorable } from './json.ts';
import { badRequest, undecodable } from './refused.ts';

/** Longer paths lead nowhere: documents are not nested that deeply. */
const MAX_PARTS = 100;

/** The parts of a field's name; null for one that no stored key can equal. */
export type Path = readonly (string | null)[];

/** How names of the API become stored ones: at the top `_id` is the primary key; inside ELEM_MATCH names are relative. */
export type Naming = (field: string) => Path;

/** The grammar of names in conditions: parts between dots, each any text. @throws QueryRefused */
export function pathOf(field: string): Path {
  // Mongo reads such a name as an operator.
  if (field.startsWith('$')) throw badRequest(`The field "${field}" must not start with $.`);
  const parts = field.split('.');
  if (parts.length > MAX_PARTS) throw undecodable(`A field must not have more than ${MAX_PARTS} parts.`);
  return parts.map((part) => (isStorable(part) ? part : null));
}

/** The names at the top of a document with this primary key (query contract 3.2). */
export function topNaming(primaryKey: string): Naming {
  return (field) => pathOf(topName(field, primaryKey));
}

/** The stored name of a field at the top of a document. */
export function topName(field: string, primaryKey: string): string {
  return field === '_id' ? primaryKey : field;
}

/** Sort and projection refuse more than conditions do: no part may be empty or start with $ (query contract 2.4). @throws QueryRefused */
export function checkName(field: string): void {
  if (field.split('.').some((part) => part === '' || part.startsWith('$'))) {
    throw badRequest(`The field "${field}" must have parts between its dots, none of which starts with $.`);
  }
}
