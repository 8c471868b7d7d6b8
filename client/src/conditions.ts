import type { EventStream, Snapshot } from './records.ts';

type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** A question about documents of one kind, as the query language has it. */
export interface Condition<Document> {
  readonly operator: string;
  readonly field?: string;
  readonly value?: Json;
  readonly children?: readonly Condition<Document>[];
  readonly options?: Readonly<Record<string, Json>>;
  /** Only for the compiler: conditions on records do not fit events. */
  readonly on?: (document: Document) => never;
}

type Primitive = string | number | boolean | null | undefined;

/** The dotted paths of a document; through a list, those of its elements. */
export type Path<Value> = Value extends Primitive
  ? never
  : Value extends readonly (infer Element)[]
    ? Path<Element>
    : { [Key in keyof Value & string]: Key | `${Key}.${Path<NonNullable<Value[Key]>>}` }[keyof Value & string];

/** What stands at a path. */
export type At<Value, Where extends string> = Value extends readonly (infer Element)[]
  ? At<Element, Where>
  : Value extends Primitive
    ? never
    : Where extends keyof Value
      ? Unlisted<NonNullable<Value[Where]>>
      : Where extends `${infer Key}.${infer Rest}`
        ? Key extends keyof Value
          ? At<NonNullable<Value[Key]>, Rest>
          : never
        : never;

type Unlisted<Value> = Value extends readonly (infer Element)[] ? Element : Value;

/** How texts are compared. */
export interface TextOptions {
  readonly ignoreCase?: boolean;
}

/** How days are understood. */
export interface DateOptions {
  /** An IANA name or an offset such as `+08:00`; without it, the zone of Redress. */
  readonly zoneId?: string;
  /** For dates that are kept as text, e.g. `yyyy-MM-dd`. */
  readonly datePattern?: string;
}

/**
 * Builds conditions on documents of one kind; fields and values are checked by the compiler. For records and events there
 * are {@link onRecord} and {@link onEvent}; elements of lists need their own.
 */
export function conditionsOn<Document>() {
  type Field = Path<Document>;
  type Built = Condition<Document>;
  const joined = (operator: string, children: readonly Built[]): Built => ({ operator, children });
  const plain =
    (operator: string) =>
    (field: Field): Built => ({ operator, field });
  const compared =
    (operator: string) =>
    <Where extends Field>(field: Where, value: At<Document, Where> & Json): Built => ({ operator, field, value });
  const anyOf =
    (operator: string) =>
    <Where extends Field>(field: Where, value: readonly (At<Document, Where> & Json)[]): Built => ({
      operator,
      field,
      value,
    });
  const text =
    (operator: string) =>
    (field: Field, value: string, options: TextOptions = {}): Built => ({
      operator,
      field,
      value,
      options: { ...options },
    });
  const day =
    (operator: string) =>
    (field: Field, options: DateOptions = {}): Built => ({ operator, field, options: { ...options } });
  const days =
    (operator: string) =>
    (field: Field, value: number, options: DateOptions = {}): Built => ({
      operator,
      field,
      value,
      options: { ...options },
    });
  return {
    /** Every document. */
    all: (): Built => ({ operator: 'ALL' }),
    and: (...children: readonly [Built, ...Built[]]): Built => joined('AND', children),
    or: (...children: readonly [Built, ...Built[]]): Built => joined('OR', children),
    /** None of them. */
    nor: (...children: readonly [Built, ...Built[]]): Built => joined('NOR', children),
    /** The id of the document: that of a record, or of an event stream. */
    id: (value: string): Built => ({ operator: 'ID', value }),
    ids: (value: readonly string[]): Built => ({ operator: 'IDS', value }),
    aggregateId: (value: string): Built => ({ operator: 'AGGREGATE_ID', value }),
    aggregateIds: (value: readonly string[]): Built => ({ operator: 'AGGREGATE_IDS', value }),
    ownerId: (value: string): Built => ({ operator: 'OWNER_ID', value }),
    spaceId: (value: string): Built => ({ operator: 'SPACE_ID', value }),
    /** Which records count; as the whole condition only: inside another one, deleted records are never seen. */
    deleted: (value: 'ACTIVE' | 'DELETED' | 'ALL'): Built => ({ operator: 'DELETED', value }),
    eq: compared('EQ'),
    ne: compared('NE'),
    gt: compared('GT'),
    gte: compared('GTE'),
    lt: compared('LT'),
    lte: compared('LTE'),
    /** Both ends count. */
    between: <Where extends Field>(
      field: Where,
      from: At<Document, Where> & Json,
      to: At<Document, Where> & Json,
    ): Built => ({ operator: 'BETWEEN', field, value: [from, to] }),
    isIn: anyOf('IN'),
    notIn: anyOf('NOT_IN'),
    /** A list that has all of these. */
    allIn: anyOf('ALL_IN'),
    contains: text('CONTAINS'),
    startsWith: text('STARTS_WITH'),
    endsWith: text('ENDS_WITH'),
    /** Null, or missing. */
    isNull: plain('NULL'),
    notNull: plain('NOT_NULL'),
    isTrue: plain('TRUE'),
    isFalse: plain('FALSE'),
    exists: (field: Field, value = true): Built => ({ operator: 'EXISTS', field, value }),
    /** A list with an element that fulfils the condition; its fields are those of the element. */
    elemMatch: (field: Field, child: Condition<never>): Built => ({
      operator: 'ELEM_MATCH',
      field,
      children: [child as Built],
    }),
    today: day('TODAY'),
    tomorrow: day('TOMORROW'),
    thisWeek: day('THIS_WEEK'),
    nextWeek: day('NEXT_WEEK'),
    lastWeek: day('LAST_WEEK'),
    thisMonth: day('THIS_MONTH'),
    lastMonth: day('LAST_MONTH'),
    /** Before today at this time, `HH:mm` or `HH:mm:ss`. */
    beforeToday: (field: Field, time: string, options: DateOptions = {}): Built => ({
      operator: 'BEFORE_TODAY',
      field,
      value: time,
      options: { ...options },
    }),
    /** The last so many days, today included. */
    recentDays: days('RECENT_DAYS'),
    /** Before the last so many days. */
    earlierDays: days('EARLIER_DAYS'),
  };
}

/** Conditions on records. */
export const onRecord = conditionsOn<Snapshot>();

/** Conditions on events. */
export const onEvent = conditionsOn<EventStream>();
