import type { Comparison } from './comparison.ts';
import type { Condition } from './condition.ts';
import { PRIMARY_KEY, type QueryContext, type Subject } from './context.ts';
import { dateBounds } from './dates.ts';
import { fold } from './folding.ts';
import { type JsonValue, isArray } from './json.ts';
import type { Operator } from './operators.ts';
import { type Naming, type Path, pathOf, topNaming } from './path.ts';
import { type Predicate, compared, constant, equalsAny, every, holdsAll, not, some } from './predicate.ts';
import { badRequest, illegalArgument } from './refused.ts';

/** Where a condition stands: what its names mean there, and when. */
interface Place {
  readonly context: QueryContext;
  readonly naming: Naming;
  /** The name of the primary key here, and of the aggregate's id. */
  readonly id: string;
  readonly aggregateId: string;
}

type Meaning = (condition: Condition, place: Place) => Predicate;

/** What a condition asks of a document (query contract 4). @throws QueryRefused */
export function interpret(condition: Condition, context: QueryContext): Predicate {
  const id = PRIMARY_KEY[context.subject];
  return read(condition, { context, naming: topNaming(id), id, aggregateId: 'aggregateId' });
}

const read: Meaning = (condition, place) => MEANINGS[condition.operator](condition, place);

const date: Meaning = (condition, place) =>
  every(dateBounds(condition, place.context).map(({ by, bound }) => compared(pathIn(condition, place), by, bound)));

const refused: Meaning = ({ operator }) => {
  throw illegalArgument(`HTTP query operator[${operator}] is not allowed.`);
};

const MEANINGS: Readonly<Record<Operator, Meaning>> = {
  AND: (condition, place) => every(readChildren(condition, place)),
  OR: (condition, place) => some(readChildren(condition, place)),
  NOR: (condition, place) => not(some(readChildren(condition, place))),
  ALL: () => constant(true),
  ID: ({ value }, { id }) => equalsAny([id], [value]),
  IDS: (condition, { id }) => equalsAny([id], entriesOf(condition)),
  AGGREGATE_ID: ({ value }, { aggregateId }) => equalsAny([aggregateId], [value]),
  AGGREGATE_IDS: (condition, { aggregateId }) => equalsAny([aggregateId], entriesOf(condition)),
  TENANT_ID: ({ value }) => equalsAny(['tenantId'], [value]),
  OWNER_ID: ({ value }) => equalsAny(['ownerId'], [value]),
  SPACE_ID: ({ value }) => equalsAny(['spaceId'], [value]),
  DELETED: ({ value }) => deleted(value),
  EQ: (condition, place) => equalsAny(pathIn(condition, place), [condition.value]),
  NE: (condition, place) => not(equalsAny(pathIn(condition, place), [condition.value])),
  GT: comparing('>'),
  LT: comparing('<'),
  GTE: comparing('>='),
  LTE: comparing('<='),
  CONTAINS: text('anywhere'),
  IN: (condition, place) => equalsAny(pathIn(condition, place), entriesOf(condition)),
  NOT_IN: (condition, place) => not(equalsAny(pathIn(condition, place), entriesOf(condition))),
  BETWEEN: between,
  ALL_IN: equalsAll,
  STARTS_WITH: text('start'),
  ENDS_WITH: text('end'),
  ELEM_MATCH: element,
  NULL: (condition, place) => equalsAny(pathIn(condition, place), [null]),
  NOT_NULL: (condition, place) => not(equalsAny(pathIn(condition, place), [null])),
  TRUE: (condition, place) => equalsAny(pathIn(condition, place), [true]),
  FALSE: (condition, place) => equalsAny(pathIn(condition, place), [false]),
  EXISTS: exists,
  TODAY: date,
  BEFORE_TODAY: date,
  TOMORROW: date,
  THIS_WEEK: date,
  NEXT_WEEK: date,
  LAST_WEEK: date,
  THIS_MONTH: date,
  LAST_MONTH: date,
  RECENT_DAYS: date,
  EARLIER_DAYS: date,
  // Text search needs an index that the original never makes; native filters are not ours to run.
  MATCH: refused,
  RAW: refused,
};

function readChildren({ operator, children }: Condition, place: Place): Predicate[] {
  if (children.length === 0) throw illegalArgument(`${operator} operator children cannot be empty.`);
  return children.map((child) => read(child, place));
}

function deleted(value: JsonValue): Predicate {
  if (typeof value === 'boolean') return equalsAny(['deleted'], [value]);
  if (typeof value !== 'string') {
    throw illegalArgument(`Value must be String, Boolean, or DeletionState, but was ${kindOf(value)}.`);
  }
  const state = value.toUpperCase();
  if (state === 'ALL') return constant(true);
  if (state === 'ACTIVE' || state === 'DELETED') return equalsAny(['deleted'], [state === 'DELETED']);
  throw illegalArgument(`No enum constant me.ahoo.wow.api.query.DeletionState.${state}`);
}

function comparing(by: Comparison): Meaning {
  return (condition, place) => compared(pathIn(condition, place), by, condition.value);
}

function between(condition: Condition, place: Place): Predicate {
  const [from, to] = entriesOf(condition);
  if (from === undefined || to === undefined) {
    throw illegalArgument('BETWEEN operator value must be a array with 2 elements.');
  }
  const path = pathIn(condition, place);
  return every([compared(path, '>=', from), compared(path, '<=', to)]);
}

function equalsAll(condition: Condition, place: Place): Predicate {
  const entries = entriesOf(condition);
  return entries.length === 0 ? constant(false) : holdsAll(pathIn(condition, place), entries);
}

function text(at: 'start' | 'end' | 'anywhere'): Meaning {
  return (condition, place) => {
    const { value, options } = condition;
    if (typeof value !== 'string') throw wrongKind(condition, 'a string');
    const ignoreCase = options['ignoreCase'] === true;
    const test = { is: 'text', at, text: ignoreCase ? fold(value) : value, ignoreCase } as const;
    return { kind: 'field', path: pathIn(condition, place), test };
  };
}

function exists(condition: Condition, place: Place): Predicate {
  if (typeof condition.value !== 'boolean') throw wrongKind(condition, 'true or false');
  const present: Predicate = { kind: 'field', path: pathIn(condition, place), test: { is: 'present' } };
  return condition.value ? present : not(present);
}

function element(condition: Condition, place: Place): Predicate {
  const [child] = condition.children;
  if (child === undefined) throw badRequest('ELEM_MATCH needs a child: the condition that an element must meet.');
  // Names inside are relative to the element; what the store calls the primary key is nothing special there.
  const inside = { context: place.context, naming: pathOf, id: '_id', aggregateId: ID_INSIDE[place.context.subject] };
  return { kind: 'element', path: pathIn(condition, place), part: read(child, inside) };
}

const ID_INSIDE: Readonly<Record<Subject, string>> = { snapshot: '_id', event_stream: 'aggregateId' };

function pathIn({ field }: Condition, { naming }: Place): Path {
  return naming(field);
}

function entriesOf(condition: Condition): readonly JsonValue[] {
  if (!isArray(condition.value)) throw wrongKind(condition, 'an array');
  return condition.value;
}

function wrongKind({ operator, value }: Condition, expected: string): Error {
  return badRequest(`The value of ${operator} must be ${expected}, but was ${kindOf(value)}.`);
}

/** The names of the original's types, which its messages quote. */
function kindOf(value: JsonValue): string {
  if (isArray(value)) return 'ArrayList';
  if (typeof value === 'number') return Number.isInteger(value) ? 'Int' : 'Double';
  if (typeof value === 'string') return 'String';
  return typeof value === 'boolean' ? 'Boolean' : 'LinkedHashMap';
}
