import type { Condition, Path } from './conditions.ts';
import { recordPath } from './commands.ts';
import { NotFoundError } from './errors.ts';
import type { EventStream, Snapshot, State, StateEvent } from './records.ts';
import { type Call, type Transport, frameError } from './transport.ts';

/** One key of an order. */
export interface Sort<Document> {
  readonly field: Path<Document>;
  readonly direction: 'ASC' | 'DESC';
}

/** Which part of the documents is wanted: what is included, or all but what is excluded. */
export type Projection<Document> =
  { readonly include: readonly Path<Document>[] } | { readonly exclude: readonly Path<Document>[] };

/** Which documents, in which order. */
export interface SingleQuery<Document> {
  /** Without it, all. */
  readonly condition?: Condition<Document>;
  readonly projection?: Projection<Document>;
  readonly sort?: readonly Sort<Document>[];
}

export interface ListQuery<Document> extends SingleQuery<Document> {
  /** At most so many; 0: all. Without it, 10. */
  readonly limit?: number;
}

export interface PagedQuery<Document> extends SingleQuery<Document> {
  /** `index` counts from 1. Without it, the first ten. */
  readonly pagination?: { readonly index: number; readonly size: number };
}

export interface Page<Row> {
  /** Of all pages. */
  readonly total: number;
  readonly list: readonly Row[];
}

/** A document of which a part may have been left out. */
export type Partly<Value> = Value extends object ? { readonly [Key in keyof Value]?: Partly<Value[Key]> } : Value;

/** What a query gives: with a projection, parts. */
export type Row<Query, Value> = Query extends { readonly projection: object } ? Partly<Value> : Value;

/** How a query is sent. */
export interface ReadOptions {
  /** Only documents of this owner. */
  readonly ownerId?: string;
  readonly spaceId?: string;
  readonly signal?: AbortSignal;
}

/** Asks for documents of one kind. */
export interface Queries<Document, Value = Document> {
  list<Query extends ListQuery<Document>>(query: Query, options?: ReadOptions): Promise<Row<Query, Value>[]>;
  /** One by one as they come, however many there are. Whoever stops early gives the connection back. */
  stream<Query extends ListQuery<Document>>(
    query: Query,
    options?: ReadOptions,
  ): AsyncGenerator<Row<Query, Value>, void>;
  page<Query extends PagedQuery<Document>>(query: Query, options?: ReadOptions): Promise<Page<Row<Query, Value>>>;
  count(condition: Condition<Document>, options?: ReadOptions): Promise<number>;
}

/** Asks for one document. */
interface SingleQueries<Document, Value = Document> {
  /** The first that fits; null: none does. */
  single<Query extends SingleQuery<Document>>(query: Query, options?: ReadOptions): Promise<Row<Query, Value> | null>;
}

/** Reads records. */
export interface RecordQueries extends Queries<Snapshot>, SingleQueries<Snapshot> {
  /** The same, of which only the state is given. */
  readonly states: Queries<Snapshot, State> & SingleQueries<Snapshot, State>;
  /** A record by its id. @throws NotFoundError, for a deleted one too */
  get(id: string, options?: ReadOptions): Promise<Snapshot>;
  /** Its state, also as of a version or a time (epoch milliseconds). @throws NotFoundError */
  state(id: string, at?: { readonly version: number } | { readonly time: number }): Promise<State>;
  /** Every version with the state after it. */
  trace(id: string): Promise<StateEvent[]>;
}

/** Reads events. */
export interface EventQueries extends Queries<EventStream> {
  /** Those of a record, both ends included; without ends, the first thousand. */
  of(id: string, headVersion?: number, tailVersion?: number): Promise<EventStream[]>;
}

/** Versions that are read where nobody says how many. */
const VERSIONS = 1_000;

const SNAPSHOTS = '/execution_failed/snapshot';

/** The query endpoints for records. */
export function createRecordQueries(transport: Transport): RecordQueries {
  return {
    ...queries<Snapshot, Snapshot>(transport, SNAPSHOTS),
    ...singleQueries<Snapshot, Snapshot>(transport, SNAPSHOTS),
    states: {
      ...queries<Snapshot, State>(transport, SNAPSHOTS, '/state'),
      ...singleQueries<Snapshot, State>(transport, SNAPSHOTS, '/state'),
    },
    get: (id, options) => transport.json(readCall('GET', `${recordPath(id)}/snapshot`, undefined, options)),
    state: (id, at) => transport.json({ method: 'GET', path: `${recordPath(id)}/state${asOf(at)}` }),
    trace: (id) => transport.json({ method: 'GET', path: `${recordPath(id)}/state/tracing` }),
  };
}

/** The query endpoints for events. */
export function createEventQueries(transport: Transport): EventQueries {
  return {
    ...queries<EventStream, EventStream>(transport, '/execution_failed/event'),
    of: (id, head = 1, tail = head + VERSIONS - 1) =>
      transport.json({ method: 'GET', path: `${recordPath(id)}/event/${head}/${tail}` }),
  };
}

function queries<Document, Value>(transport: Transport, base: string, suffix = ''): Queries<Document, Value> {
  return {
    list: (query, options) => transport.json(readCall('POST', `${base}/list${suffix}`, whole(query), options)),
    async *stream<Query extends ListQuery<Document>>(query: Query, options?: ReadOptions) {
      for await (const frame of transport.frames(readCall('POST', `${base}/list${suffix}`, whole(query), options))) {
        const error = frameError(frame);
        if (error !== null) throw error;
        if (frame.data !== null) yield JSON.parse(frame.data) as Row<Query, Value>;
      }
    },
    page: (query, options) => transport.json(readCall('POST', `${base}/paged${suffix}`, whole(query), options)),
    count: (condition, options) => transport.json(readCall('POST', `${base}/count`, condition, options)),
  };
}

function singleQueries<Document, Value>(
  transport: Transport,
  base: string,
  suffix = '',
): SingleQueries<Document, Value> {
  return {
    async single<Query extends SingleQuery<Document>>(query: Query, options?: ReadOptions) {
      try {
        const call = readCall('POST', `${base}/single${suffix}`, whole(query), options);
        return await transport.json<Row<Query, Value>>(call);
      } catch (error) {
        if (error instanceof NotFoundError) return null;
        throw error;
      }
    },
  };
}

function readCall(method: string, path: string, body: unknown, { signal, ...options }: ReadOptions = {}): Call {
  return { method, path, body, headers: readHeaders(options), signal };
}

/** The contract wants a condition in every query. */
const whole = <Document>(query: SingleQuery<Document>) => ({ condition: { operator: 'ALL' }, ...query });

const readHeaders = ({ ownerId, spaceId }: ReadOptions): Record<string, string> => ({
  ...(ownerId === undefined ? {} : { 'Command-Owner-Id': ownerId }),
  ...(spaceId === undefined ? {} : { 'Wow-Space-Id': spaceId }),
});

function asOf(at: { readonly version: number } | { readonly time: number } | undefined): string {
  if (at === undefined) return '';
  return 'version' in at ? `/${at.version}` : `/time/${at.time}`;
}
