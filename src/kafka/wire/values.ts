import { z } from 'zod';
import { AGGREGATE_NAME, CONTEXT_NAME, FUNCTION_KINDS, RECOVERABLE_TYPES, TENANT_ID } from '../../domain/index.ts';

/*
 * What the JSON of Wow's messages is made of (messaging 1.4 and 1.5). Unknown fields pass: a reader ignores them. A field
 * that is missing, null or of another type ends the receive stream of every service that reads it.
 */

export const text = z.string();
/** A text that a reader takes only with something in it. */
export const named = z.string().regex(/\S/, 'must not be blank');
/** Kotlin's Int. */
export const int = z.int32();
/** Epoch milliseconds: Kotlin's Long, as far as JavaScript counts exactly. */
export const time = z.int();

/** A map of texts only: readers turn an object or array into nothing or into an error. */
export const header = z.record(z.string(), z.string());

const aggregateId = z.looseObject({
  contextName: text,
  aggregateName: text,
  aggregateId: text,
  tenantId: text,
});

export const eventId = z.looseObject({ id: text, aggregateId, version: int });

export const functionInfo = z.looseObject({
  functionKind: z.enum(FUNCTION_KINDS),
  contextName: text,
  processorName: text,
  name: text,
});

export const errorDetails = z.looseObject({
  errorCode: text,
  errorMsg: text,
  stackTrace: text,
  bindingErrors: z.array(z.looseObject({ name: text, msg: text })).optional(),
});

export const retrySpec = z.looseObject({ maxRetries: int, minBackoff: int, executionTimeout: int });

export const retryState = z.looseObject({ retries: int, retryAt: time, timeoutAt: time, nextRetryAt: time });

export const recoverable = z.enum(RECOVERABLE_TYPES);

export const tags = z.record(z.string(), z.array(z.string()));

/** Which record a message is about. */
export const ofRecord = {
  contextName: z.literal(CONTEXT_NAME),
  aggregateName: z.literal(AGGREGATE_NAME),
  aggregateId: named,
  tenantId: z.literal(TENANT_ID),
};
