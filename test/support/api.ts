import type { CommandName, CreateExecutionFailed, EventStream, Snapshot } from '../../src/domain/index.ts';
import type { CommandResult } from '../../src/gateway/index.ts';

/** An answer of the service; `body` is its JSON, or its text where it is none. */
export interface Answer<Body = CommandResult> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Body;
}

/** What is sent with a command beside its body. */
export type SentHeaders = Readonly<Record<string, string>>;

/** The service as its clients see it. */
export interface Api {
  readonly url: string;
  /** Reports a failed execution; what `but` leaves out is as in {@link FAILED_EXECUTION}. */
  create(but?: Partial<CreateExecutionFailed>, headers?: SentHeaders): Promise<Answer>;
  /** Sends any other command to record `id`. */
  command(id: string, name: UpdateName, body?: unknown, headers?: SentHeaders): Promise<Answer>;
  /** @throws Error where there is none to be seen */
  snapshot(id: string): Promise<Snapshot>;
  events(id: string): Promise<EventStream[]>;
  get(path: string): Promise<Answer<unknown>>;
  /** Sends any request; `body` as JSON. */
  send(method: string, path: string, body?: unknown, headers?: SentHeaders, signal?: AbortSignal): Promise<Response>;
}

export type UpdateName = Exclude<CommandName, 'create_execution_failed'>;

/** A failed execution that is not retried by itself for an hour. */
export const FAILED_EXECUTION: Omit<CreateExecutionFailed, 'executeAt'> = {
  eventId: {
    id: '0UvW2Ap6000100H',
    aggregateId: {
      contextName: 'order-service',
      aggregateName: 'order',
      aggregateId: '0UvW2AoI000100G',
      tenantId: '(0)',
    },
    version: 6,
  },
  function: {
    functionKind: 'EVENT',
    contextName: 'notice-service',
    processorName: 'OrderNoticeSaga',
    name: 'onOrderPaid',
  },
  error: { errorCode: 'BadRequest', errorMsg: 'mail gateway refused', stackTrace: 'at onOrderPaid', succeeded: false },
  retrySpec: { maxRetries: 3, minBackoff: 3_600, executionTimeout: 600 },
  recoverable: 'RECOVERABLE',
};

/** The body with which a failed attempt is reported. */
export const FAILED_ATTEMPT = { error: { ...FAILED_EXECUTION.error, errorMsg: 'refused once more' }, executeAt: 1 };

export function connectApi(url: string): Api {
  const send: Api['send'] = (method, path, body, headers = {}, signal) =>
    fetch(url + path, {
      method,
      headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal === undefined ? {} : { signal }),
    });
  const read = async <Body>(path: string): Promise<Body> => {
    const { status, body } = await answerOf<Body>(await send('GET', path));
    if (status !== 200) throw new Error(`GET ${path} is answered ${status}: ${JSON.stringify(body)}`);
    return body;
  };
  return {
    url,
    send,
    create: async (but = {}, headers = {}) =>
      answerOf(await send('POST', CREATE_PATH, { ...FAILED_EXECUTION, executeAt: Date.now(), ...but }, headers)),
    command: async (id, name, body = {}, headers = {}) => {
      const { method, path } = commandRoute(id, name);
      return answerOf(await send(method, path, body, headers));
    },
    snapshot: (id) => read(`${recordPath(id)}/snapshot`),
    events: (id) => read(`${recordPath(id)}/event/1/1000`),
    get: async (path) => answerOf(await send('GET', path)),
  };
}

export const CREATE_PATH = '/execution_failed/create_execution_failed';

/** Where commands of this name go. */
export function commandRoute(id: string, name: UpdateName): { method: string; path: string } {
  return { method: name === 'default_delete_aggregate' ? 'DELETE' : 'PUT', path: recordPath(id) + suffixOf(name) };
}

const recordPath = (id: string): string => `/execution_failed/${encodeURIComponent(id)}`;

function suffixOf(name: UpdateName): string {
  if (name === 'default_delete_aggregate') return '';
  if (name === 'default_recover_aggregate') return '/recover';
  return name === 'default_apply_resource_tags' ? '/tags' : `/${name}`;
}

async function answerOf<Body>(response: Response): Promise<Answer<Body>> {
  const text = await response.text();
  let body: unknown = text;
  if (response.headers.get('content-type')?.includes('json') === true) body = JSON.parse(text);
  return { status: response.status, headers: response.headers, body: body as Body };
}
