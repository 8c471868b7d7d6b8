import type { Property } from './properties.ts';
import { literal, snakeCase } from './sql.ts';

/** How a script takes values out of the state. */
export interface ExpansionStyle {
  readonly quote: (name: string) => string;
  readonly extractObject: 'JSONExtractString' | 'JSONExtractRaw';
  /** Levels of the state that become columns; an object below them stays JSON. */
  readonly maxDepth: number;
  /** Whether the objects that the original keeps as JSON are kept as such, beside their columns. */
  readonly keepsRaw: boolean;
}

/** An object of the state that is in a view as JSON. */
export interface RawProperty {
  /** Its names from the state on, with dots. */
  readonly path: string;
  readonly sourceType: string;
  /** Because the state is deeper than what becomes columns. */
  readonly isTooDeep: boolean;
}

/** The state as a view shows it. */
export interface Expansion {
  /** What is named once and used by columns. */
  readonly aliases: readonly string[];
  readonly columns: readonly string[];
  /** Lists that can be a view of their own, with a row for each element. */
  readonly lists: readonly ExpandedList[];
  readonly raw: readonly RawProperty[];
}

/** A list of objects, and the columns of one of its elements. */
export interface ExpandedList {
  /** Its name as an alias and in the names of columns. */
  readonly alias: string;
  /** Gives the JSON of its elements. */
  readonly elements: string;
  /** Where it stands in the state, as a JSON pointer. */
  readonly pointer: string;
  /** The column of the whole list, which a view of its elements leaves out. */
  readonly column: string;
  readonly columns: readonly string[];
}

/** Where in the state an expansion is: the JSON that holds the properties, and what their names begin with. */
interface Place {
  readonly source: string;
  readonly prefix: string;
  readonly path: readonly string[];
}

/** Makes columns of the properties that stand in the JSON `source`. */
export function expand(properties: readonly Property[], source: string, style: ExpansionStyle): Expansion {
  return join(properties.map((property) => expandProperty(property, { source, prefix: '', path: [] }, style)));
}

const join = (parts: readonly Expansion[]): Expansion => ({
  aliases: parts.flatMap(({ aliases }) => aliases),
  columns: parts.flatMap(({ columns }) => columns),
  lists: parts.flatMap(({ lists }) => lists),
  raw: parts.flatMap(({ raw }) => raw),
});

const NOTHING: Expansion = { aliases: [], columns: [], lists: [], raw: [] };

function expandProperty(property: Property, place: Place, style: ExpansionStyle): Expansion {
  const name = place.prefix + snakeCase(property.name);
  const key = literal(property.name);
  const alias = style.quote(name);
  switch (property.kind) {
    case 'value':
      return { ...NOTHING, columns: [`JSONExtract(${place.source}, ${key}, ${literal(property.type)}) AS ${alias}`] };
    case 'list':
      return expandList(property, name, place, style);
    case 'object': {
      const path = [...place.path, property.name];
      const isTooDeep = path.length >= style.maxDepth;
      const object = `${style.extractObject}(${place.source}, ${key}) AS ${alias}`;
      const isColumn = isTooDeep || (property.alsoRaw === true && style.keepsRaw);
      const raw = { path: path.join('.'), sourceType: property.sourceType, isTooDeep };
      const itself: Expansion = isColumn
        ? { ...NOTHING, columns: [object], raw: [raw] }
        : { ...NOTHING, aliases: [object] };
      if (isTooDeep) return itself;
      const inside: Place = { source: alias, prefix: `${name}__`, path };
      return join([itself, ...property.properties.map((each) => expandProperty(each, inside, style))]);
    }
  }
}

function expandList(
  property: Extract<Property, { kind: 'list' }>,
  name: string,
  place: Place,
  style: ExpansionStyle,
): Expansion {
  const alias = style.quote(name);
  const path = [...place.path, property.name];
  const elements = `JSONExtractArrayRaw(${place.source}, ${literal(property.name)})`;
  const column = `${elements} AS ${alias}`;
  const inside: Place = { source: alias, prefix: `${name}__`, path };
  const { columns } = join(property.properties.map((each) => expandProperty(each, inside, style)));
  const list: ExpandedList = { alias: name, elements, pointer: `/${path.join('/')}`, column, columns };
  return { ...NOTHING, columns: [column], lists: path.length < style.maxDepth ? [list] : [] };
}
