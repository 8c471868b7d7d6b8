import type { z } from 'zod';
import type { CommandBodies, CommandName, RetrySpec } from '../domain/index.ts';
import { type BodyReading, readBody } from './body-reading.ts';
import * as types from './body-types.ts';
import { int64, object } from './body-values.ts';

const empty = object({});

/** The bodies of the contract's section 6, with fields in the order in which events carry them. */
const SCHEMAS: { readonly [Name in CommandName]: z.ZodType<CommandBodies[Name]> } = {
  create_execution_failed: object({
    eventId: types.eventId,
    function: types.functionInfo,
    error: types.errorDetails,
    executeAt: int64,
    retrySpec: types.retrySpec,
    recoverable: types.recoverable.default('UNKNOWN'),
  }),
  prepare_compensation: empty,
  force_prepare_compensation: empty,
  apply_execution_success: object({ executeAt: int64 }),
  apply_execution_failed: object({
    error: types.errorDetails,
    executeAt: int64,
    recoverable: types.recoverable.default('UNKNOWN'),
  }),
  apply_retry_spec: types.retrySpec,
  change_function: types.changedFunction,
  mark_recoverable: object({ recoverable: types.recoverable }),
  default_delete_aggregate: empty,
  default_recover_aggregate: empty,
  default_apply_resource_tags: object({ tags: types.tags }),
};

/**
 * The body of a command as the domain takes it, or what is wrong with it. Never throws: what comes in may have been
 * typed by hand. Reading what was read before changes nothing.
 */
export function readCommandBody<Name extends CommandName>(
  name: Name,
  body: unknown,
  defaults: { readonly retrySpec: RetrySpec },
): BodyReading<CommandBodies[Name]> {
  const complete = name === 'create_execution_failed' ? withRetrySpec(body, defaults.retrySpec) : body;
  return readBody(SCHEMAS[name], complete);
}

/** A failure that brings no retry spec of its own gets the service's. */
function withRetrySpec(body: unknown, retrySpec: RetrySpec): unknown {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return body;
  return 'retrySpec' in body && body.retrySpec !== undefined && body.retrySpec !== null ? body : { ...body, retrySpec };
}
