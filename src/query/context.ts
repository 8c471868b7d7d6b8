/** A statement with its parameters; every value of a caller is among `values`, never in `text`. */
export interface Sql {
  readonly text: string;
  readonly values: readonly unknown[];
}

/** Which documents are asked for. */
export type Subject = 'snapshot' | 'event_stream';

/** What a query means beside its body. */
export interface QueryContext {
  readonly subject: Subject;
  /** `state` on the endpoints that answer the state of a snapshot alone. */
  readonly result: 'document' | 'state';
  /** The header Command-Owner-Id; blank: no condition (query contract 3.1). */
  readonly ownerId: string;
  /** The header Wow-Space-Id or CoSec-Space-Id; blank: no condition (query contract 3.1). */
  readonly spaceId: string;
  /** Epoch milliseconds. */
  readonly now: number;
  /** Where days begin unless a condition says so itself: an IANA name or an offset. */
  readonly zone: string;
  /** The HTTP guard of query contract 9 with its default limits. */
  readonly guard: boolean;
}

/** The primary key of the documents, for which `_id` is an alias (query contract 3.2). */
export const PRIMARY_KEY: Readonly<Record<Subject, string>> = { snapshot: 'aggregateId', event_stream: 'id' };
