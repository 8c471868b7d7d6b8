import { isGrpcServiceError } from '@temporalio/client';

/** Temporal did not take a request. */
export class TemporalUnavailable extends Error {
  override readonly name = 'TemporalUnavailable';
  /** False where the request certainly did not arrive; true: nobody knows. */
  readonly maybeSent: boolean;

  constructor(reason: string, maybeSent: boolean, cause?: unknown) {
    super(`Temporal does not answer (${reason}).`, { cause });
    this.maybeSent = maybeSent;
  }
}

const CANCELLED = 1;
const INVALID_ARGUMENT = 3;
const DEADLINE_EXCEEDED = 4;
const RESOURCE_EXHAUSTED = 8;
/** gRPC codes that say nothing about the request itself: cancelled, unknown, deadline, permissions, exhausted, aborted, internal, unavailable, unauthenticated. */
const UNAVAILABLE_CODES: ReadonlySet<number> = new Set([1, 2, 4, 7, 8, 10, 13, 14, 16]);

/** How Temporal refuses a signal to a run that had as many as it may; the run is continued as new once it has worked them off. */
const SIGNAL_LIMIT = /limit for signal events/i;

/** Turns what the client throws into {@link TemporalUnavailable} where it is about the server; anything else stays as it is. */
export function temporalError(error: unknown): unknown {
  const grpc = findGrpcError(error);
  if (grpc !== undefined && UNAVAILABLE_CODES.has(grpc.code)) {
    return new TemporalUnavailable(grpc.details || grpc.message, true, error);
  }
  if (grpc !== undefined && isOverSignalLimit(grpc)) {
    return new TemporalUnavailable('the record has too many commands to work off first', false, error);
  }
  if (error instanceof Error && error.name === 'NamespaceNotFoundError') {
    return new TemporalUnavailable(error.message, false, error);
  }
  return error;
}

/** Whether the server answers, but not now: it limits the rate, or one workflow is too busy. */
export function isBusy(error: unknown): boolean {
  const grpc = findGrpcError(error);
  return grpc !== undefined && (codeOf(error) === RESOURCE_EXHAUSTED || isOverSignalLimit(grpc));
}

/** Whether all that is known is that no answer came in time: from our own clock, or from that of the connection. */
export function isLate(error: unknown): boolean {
  const code = codeOf(error);
  return error instanceof TemporalUnavailable || code === DEADLINE_EXCEEDED || code === CANCELLED;
}

/** Whether the server does not know our search attributes: its database is another one than the one they were registered in. */
export function isUnregistered(error: unknown): boolean {
  const grpc = findGrpcError(error);
  if (grpc === undefined || codeOf(error) !== INVALID_ARGUMENT) return false;
  return /search attribute/i.test(`${grpc.details} ${grpc.message}`);
}

const isOverSignalLimit = ({ details, message }: { details: string; message: string }): boolean =>
  SIGNAL_LIMIT.test(`${details} ${message}`);

const codeOf = (error: unknown): number | undefined => findGrpcError(error)?.code;

function findGrpcError(error: unknown) {
  if (isGrpcServiceError(error)) return error;
  return error instanceof Error && isGrpcServiceError(error.cause) ? error.cause : undefined;
}
