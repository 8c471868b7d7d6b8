import { DatabaseError } from 'pg';

/** Postgres could not be reached, or did not answer in time. Nothing is known to be wrong with the request. */
export class StoreUnavailable extends Error {
  override readonly name: string = 'StoreUnavailable';

  constructor(cause: unknown) {
    super(`Postgres does not answer (${cause instanceof Error ? cause.message : String(cause)}).`, { cause });
  }
}

/** Postgres took longer than a statement, or a whole stream, may take. */
export class StoreTimeout extends StoreUnavailable {
  override readonly name = 'StoreTimeout';
}

/** Every connection for this kind of work is in use, and none became free in time. */
export class StoreBusy extends Error {
  override readonly name = 'StoreBusy';
  /** How many there are. */
  readonly limit: number;

  constructor(limit: number) {
    super(`all ${limit} connections are in use`);
    this.limit = limit;
  }
}

/** The database is not one that this release can work with; the message says what to do. */
export class StoreUnusable extends Error {
  override readonly name = 'StoreUnusable';
}

/** A unique key of ours was taken meanwhile: look again and decide again. */
export class StoreConflict extends Error {
  override readonly name = 'StoreConflict';
  readonly constraint: string;

  constructor(constraint: string, cause: unknown) {
    super(`unique key ${constraint} is taken`, { cause });
    this.constraint = constraint;
  }
}

/** Postgres refused the data itself, and would refuse it again. */
export class StoreRefused extends Error {
  override readonly name = 'StoreRefused';
}

const OWN_KEYS: ReadonlySet<string> = new Set([
  'event_stream_version_key',
  'event_stream_request_key',
  'event_stream_command_key',
  'event_stream_create_request_key',
  'snapshot_key',
  'refusal_key',
]);

const DEADLOCK = '40P01';
const TOO_MANY_CONNECTIONS = '53300';
const UNIQUE_VIOLATION = '23505';
/** By the statement timeout, or by an administrator. */
const QUERY_CANCELED = '57014';
/** Data that does not fit (22), constraints (23), and limits of a row or an index entry (54). */
const REFUSED_CLASSES = /^(22|23|54)/;
/**
 * Connection (08), shutdown (57), resources (53), lock waits (55P03), serialization (40), read-only (25006), and who may
 * come in: credentials (28), a database that is not there (3D). What an operator changed, an operator changes back.
 */
const UNAVAILABLE_CLASSES = /^(08|53|55|57|40|25|28|3D)/;

/** Sorts what `pg` throws into the errors above; anything else is a defect and stays as it is. */
export function storeError(error: unknown): unknown {
  if (error instanceof DatabaseError) {
    const code = error.code ?? '';
    const constraint = error.constraint ?? '';
    if (code === UNIQUE_VIOLATION && OWN_KEYS.has(constraint)) return new StoreConflict(constraint, error);
    if (code === QUERY_CANCELED) return new StoreTimeout(error);
    if (REFUSED_CLASSES.test(code)) return new StoreRefused(error.message, { cause: error });
    return UNAVAILABLE_CLASSES.test(code) ? new StoreUnavailable(error) : error;
  }
  return isConnectionError(error) ? new StoreUnavailable(error) : error;
}

/** Whether it was a deadlock with another statement, which may go through when it is tried again. */
export const isDeadlock = (error: unknown): boolean => codeOf(error) === DEADLOCK;

/** Whether Postgres answers, and only has no further connection to give: those that it gave may do. */
export const isFull = (error: unknown): boolean => codeOf(error) === TOO_MANY_CONNECTIONS;

/** What Postgres itself said where it is not available. */
const codeOf = (error: unknown): string | undefined =>
  error instanceof StoreUnavailable && error.cause instanceof DatabaseError ? error.cause.code : undefined;

/** `pg` reports lost and refused connections as plain errors: by system code, or by these texts of its own. */
function isConnectionError(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if ('code' in error && typeof error.code === 'string' && /^E[A-Z]+$/.test(error.code)) return true;
  if (error instanceof AggregateError) return error.errors.every(isConnectionError);
  return /Connection terminated|timeout exceeded when trying to connect|timeout expired|Client has encountered a connection error|not queryable|Query read timeout|Cannot use a pool after calling end/i.test(
    error.message,
  );
}
