import { z } from 'zod';
import { LocalError } from '../local-error.ts';

const ANSWER_WITHIN = 10_000;
/** So many versions are asked for at once. */
const PAGE = 100;

const ERROR = z.object({ errorCode: z.string(), errorMsg: z.string(), stackTrace: z.string() });
const RETRY_SPEC = z.object({ maxRetries: z.number(), minBackoff: z.number(), executionTimeout: z.number() });
const RETRY_STATE = z.object({
  retries: z.number(),
  retryAt: z.number(),
  timeoutAt: z.number(),
  nextRetryAt: z.number(),
});

const KNOWN_EVENT = z.discriminatedUnion('name', [
  z.object({
    name: z.literal('execution_failed_created'),
    body: z.object({ error: ERROR, executeAt: z.number(), retryState: RETRY_STATE, retrySpec: RETRY_SPEC }),
  }),
  z.object({ name: z.literal('compensation_prepared'), body: z.object({ retryState: RETRY_STATE }) }),
  z.object({ name: z.literal('execution_failed_applied'), body: z.object({ error: ERROR }) }),
  z.object({ name: z.literal('execution_success_applied'), body: z.object({ executeAt: z.number() }) }),
]);

/** What nobody but a person who plays along brings about. */
const OTHER_EVENT = z.object({ name: z.string() }).transform(() => ({ name: 'other' as const }));

/** What happened in one version of a record. */
const EVENT_STREAM = z.object({
  version: z.number(),
  requestId: z.string(),
  createTime: z.number(),
  body: z.tuple([z.union([KNOWN_EVENT, OTHER_EVENT])]),
});
export type EventStream = z.output<typeof EVENT_STREAM>;

const STATE = z.object({
  status: z.enum(['FAILED', 'PREPARED', 'SUCCEEDED']),
  recoverable: z.string(),
  isRetryable: z.boolean(),
  error: ERROR,
  retrySpec: RETRY_SPEC,
  retryState: RETRY_STATE,
});
export type State = z.output<typeof STATE>;

const RESULT = z.object({ aggregateId: z.string() });
const FAILURE = z.object({ errorCode: z.string(), errorMsg: z.string() });

/** A failed execution of a handler, as a service reports it. */
export interface FailedExecution {
  /** Makes a report that is sent twice one record. */
  readonly requestId: string;
  readonly eventId: {
    readonly id: string;
    readonly aggregateId: Readonly<Record<'contextName' | 'aggregateName' | 'aggregateId' | 'tenantId', string>>;
    readonly version: number;
  };
  readonly function: Readonly<Record<'functionKind' | 'contextName' | 'processorName' | 'name', string>>;
  readonly error: z.output<typeof ERROR>;
  /** Epoch milliseconds. */
  readonly executeAt: number;
  readonly retrySpec: z.output<typeof RETRY_SPEC>;
}

/** The public REST API, as a service and an operator use it. Every call throws a LocalError when it is refused. */
export interface RedressApi {
  /** A new id, unique in the whole world. */
  generateId(): Promise<string>;
  /** Reports a failure; the id of its record. */
  createExecutionFailed(failed: FailedExecution): Promise<string>;
  /** Reports that a retry that was taken over has succeeded. */
  applyExecutionSuccess(id: string, attempt: number, executeAt: number): Promise<void>;
  forcePrepareCompensation(id: string): Promise<void>;
  state(id: string): Promise<State>;
  /** What happened from `version` on. */
  events(id: string, version: number): Promise<readonly EventStream[]>;
}

/** The API at `url`; `stopping` ends every call that is under way. */
export function createRedressApi(url: string, stopping: AbortSignal): RedressApi {
  const call = async (method: string, path: string, headers: Record<string, string> = {}, body?: unknown) => {
    const request = fetch(`${url}${path}`, {
      method,
      headers: { ...headers, ...(body === undefined ? {} : { 'Content-Type': 'application/json' }) },
      signal: AbortSignal.any([stopping, AbortSignal.timeout(ANSWER_WITHIN)]),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const response = await request.catch((error: unknown) => {
      throw new LocalError(`${method} ${path} was not answered: ${describeNetworkError(error)}`);
    });
    const text = await response.text();
    if (response.ok) return text;
    const { errorCode, errorMsg } = FAILURE.parse(JSON.parse(text));
    throw new LocalError(`${method} ${path} was answered with ${response.status} ${errorCode}: ${errorMsg}`);
  };
  const json = async (...request: Parameters<typeof call>): Promise<unknown> => JSON.parse(await call(...request));
  return {
    generateId: () => call('GET', '/wow/id/global'),
    async createExecutionFailed({ requestId, ...failed }) {
      const headers = { 'Command-Request-Id': requestId };
      return RESULT.parse(await json('POST', '/execution_failed/create_execution_failed', headers, failed)).aggregateId;
    },
    async applyExecutionSuccess(id, attempt, executeAt) {
      const headers = { 'Redress-Attempt': String(attempt) };
      await call('PUT', `${recordPath(id)}/apply_execution_success`, headers, { executeAt });
    },
    async forcePrepareCompensation(id) {
      await call('PUT', `${recordPath(id)}/force_prepare_compensation`);
    },
    state: async (id) => STATE.parse(await json('GET', `${recordPath(id)}/state`)),
    events: async (id, version) =>
      EVENT_STREAM.array().parse(await json('GET', `${recordPath(id)}/event/${version}/${version + PAGE - 1}`)),
  };
}

/** `fetch` says only that it failed; why stands in the cause. */
function describeNetworkError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}

/** The path of everything about a record. */
export const recordPath = (id: string): string => `/execution_failed/${encodeURIComponent(id)}`;
