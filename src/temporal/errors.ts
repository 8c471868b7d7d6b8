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

/** gRPC codes that say nothing about the request itself: cancelled, unknown, deadline, permissions, exhausted, aborted, internal, unavailable, unauthenticated. */
const UNAVAILABLE_CODES: ReadonlySet<number> = new Set([1, 2, 4, 7, 8, 10, 13, 14, 16]);

/** Turns what the client throws into {@link TemporalUnavailable} where it is about the server; anything else stays as it is. */
export function temporalError(error: unknown): unknown {
  const grpc = findGrpcError(error);
  if (grpc !== undefined && UNAVAILABLE_CODES.has(grpc.code)) {
    return new TemporalUnavailable(grpc.details || grpc.message, true, error);
  }
  if (error instanceof Error && error.name === 'NamespaceNotFoundError') {
    return new TemporalUnavailable(error.message, false, error);
  }
  return error;
}

function findGrpcError(error: unknown) {
  if (isGrpcServiceError(error)) return error;
  return error instanceof Error && isGrpcServiceError(error.cause) ? error.cause : undefined;
}
