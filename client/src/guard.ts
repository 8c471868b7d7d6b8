import type { Redress } from './client.ts';
import type { CreateExecutionFailed } from './commands.ts';
import { type RecoverabilityRules, describeFailure } from './describe-failure.ts';
import { DuplicateRequestIdError } from './errors.ts';
import type { FunctionName, RetrySpec } from './values.ts';

/** Milliseconds that a report may take. */
const TIMEOUT = 10_000;

type ReportedEvent = CreateExecutionFailed['eventId'];

/** What Redress is told about a handler. */
export interface GuardOptions<Event> extends RecoverabilityRules {
  readonly redress: Pick<Redress, 'url' | 'createExecutionFailed'>;
  readonly function: FunctionName;
  /** Which event failed: enough to load it again for a retry. */
  readonly eventId: (event: Event) => ReportedEvent;
  /** How its failures are retried; without it, as Redress is configured. */
  readonly retrySpec?: RetrySpec;
  /** In place of the request id that is made of event and function: one id, one record. */
  readonly requestId?: (event: Event) => string;
  /** Milliseconds that Redress may take for the report; without it 10 s. Where it does not answer at all, 5 s more. */
  readonly timeout?: number;
  /** Told of every failure that was reported, e.g. for a log. */
  readonly onReport?: (report: Report<Event>) => void;
}

/** A failure that Redress takes care of now. */
export interface Report<Event> {
  readonly event: Event;
  /** What the handler threw. */
  readonly failure: unknown;
  /** Id of the record; null: an earlier delivery of the event was reported already. */
  readonly aggregateId: string | null;
}

/**
 * A handler failed, and Redress could not be told. The event must not count as handled: leave this error to the broker,
 * which delivers it again. It is no error of the handler, so that nothing takes it for one that forbids that.
 */
export class NotReportedError extends Error {
  override readonly name = 'NotReportedError';
  /** What the handler threw; `cause` says why that was not reported. */
  readonly failure: unknown;

  constructor(message: string, failure: unknown, cause: unknown) {
    super(message, { cause });
    this.failure = failure;
  }
}

/**
 * Makes of an event handler one whose failures Redress takes care of: it resolves when the handler does, and also when
 * the handler fails and that is reported. Further arguments are passed on. A success tells Redress nothing.
 * @throws NotReportedError where a failure could not be reported
 */
export function guard<Event, Rest extends readonly unknown[]>(
  handler: (event: Event, ...rest: Rest) => unknown,
  options: GuardOptions<Event>,
): (event: Event, ...rest: Rest) => Promise<void> {
  return async (event, ...rest) => {
    try {
      await handler(event, ...rest);
    } catch (failure) {
      const aggregateId = await report(event, failure, options);
      options.onReport?.({ event, failure, aggregateId });
    }
  };
}

/** Resolves with the id of the new record; null: there was one. @throws NotReportedError */
async function report<Event>(event: Event, failure: unknown, options: GuardOptions<Event>): Promise<string | null> {
  const executeAt = Date.now();
  const { redress, function: name, retrySpec, timeout = TIMEOUT } = options;
  const { error, recoverable } = describeFailure(failure, options);
  try {
    const eventId = options.eventId(event);
    const body: CreateExecutionFailed = {
      eventId,
      function: { functionKind: 'EVENT', ...name },
      error,
      executeAt,
      ...(retrySpec === undefined ? {} : { retrySpec }),
      ...(recoverable === null ? {} : { recoverable }),
    };
    const requestId = options.requestId?.(event) ?? requestIdOf(eventId, name);
    return (await redress.createExecutionFailed(body, { requestId, waitTimeout: timeout })).aggregateId;
  } catch (cause) {
    if (cause instanceof DuplicateRequestIdError) return null;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new NotReportedError(
      `${name.processorName}.${name.name} failed (${error.errorMsg}), which could not be reported to Redress: ${why} ` +
        'The broker has to deliver the event again.',
      failure,
      cause,
    );
  }
}

/** The same for every delivery of the event to the function. Only visible ASCII, as a header wants it. */
function requestIdOf({ id, aggregateId }: ReportedEvent, { contextName, processorName, name }: FunctionName): string {
  const event = [aggregateId.contextName, aggregateId.aggregateName, id];
  return [contextName, processorName, name, ...event].map(encodeURIComponent).join('/');
}
