import { z } from 'zod';
import { FUNCTION_KINDS, RECOVERABLE_TYPES, TENANT_ID } from '../domain/index.ts';
import { enumeration, expected, int32, object, text, textUpTo, traceUpTo } from './body-values.ts';

const KIB = 1024;
/** Bytes of UTF-8; a stack trace may be large, yet a thousand of them must not fill a page of memory. */
const MAX_STACK_TRACE = 64 * KIB;
const MAX_ERROR_TEXT = 16 * KIB;

/** Which aggregate of which service; one without a tenant belongs to the only one there is. */
export const aggregateId = object({
  contextName: text,
  aggregateName: text,
  aggregateId: text,
  tenantId: text.default(TENANT_ID),
});

/** The domain event whose handling failed. */
export const eventId = object({ id: text, aggregateId, version: int32 });

const functionKind = enumeration(FUNCTION_KINDS);

/** A function in the order of the state (contract 3.1). */
export const functionInfo = object({ functionKind, contextName: text, processorName: text, name: text });

/** A function in the order of the event `function_changed` (contract 3.5). */
export const changedFunction = object({ name: text, processorName: text, contextName: text, functionKind });

const errorText = textUpTo(MAX_ERROR_TEXT);

/** What an error says about single fields. */
export const bindingErrors = z.array(object({ name: errorText, msg: errorText }), expected('a list'));

/** An error in the form in which it is stored and sent: what can be computed or is empty is not believed. */
export const errorDetails = object({
  errorCode: errorText,
  errorMsg: errorText,
  stackTrace: traceUpTo(MAX_STACK_TRACE),
  bindingErrors: bindingErrors.default([]),
}).transform(({ bindingErrors, ...error }) => ({
  ...error,
  ...(bindingErrors.length === 0 ? {} : { bindingErrors }),
  succeeded: error.errorCode === 'Ok',
}));

/** How often and how fast to retry; ranges are the domain's business. */
export const retrySpec = object({ maxRetries: int32, minBackoff: int32, executionTimeout: int32 });

/** Whether retrying makes sense. */
export const recoverable = enumeration(RECOVERABLE_TYPES);

/** Labels of a record; a key that is blank cannot be asked for. */
export const tags = z
  .record(z.string(), z.array(text, expected('a list of texts')), expected('an object of lists of texts'))
  .transform((record, context) => {
    const entries = Object.entries(record).map(([key, values]) => [text.parse(key), values] as const);
    if (!entries.some(([key]) => key.trim() === '')) return Object.fromEntries(entries);
    const message = 'Tags cannot contain blank keys!';
    context.addIssue({ code: 'custom', message, params: { code: 'IllegalArgument' } });
    return z.NEVER;
  });
