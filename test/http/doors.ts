import { Writable } from 'node:stream';
import type { RequestHandler } from 'express';
import { pino } from 'pino';
import { createFeed } from '../../src/feed/index.ts';
import type { CommandRequest, CommandResult, Gateway, WaitPlan, WaitSignal } from '../../src/gateway/index.ts';
import { type HttpDeps, ROUTES, createApp, createIdGenerators, startHttp } from '../../src/http/index.ts';
import { createPools } from '../../src/store/index.ts';
import { type Received, type Sending, send } from './send.ts';

/** What the gateway was asked. */
export interface Asked {
  readonly command: CommandRequest;
  readonly wait: WaitPlan;
  readonly cancelled: AbortSignal;
}

/** Plays the gateway's part: the results of one command. */
export type Script = (asked: Asked) => AsyncIterable<CommandResult>;

/** The real app over real HTTP, with a gateway that follows a script. */
export interface Doors {
  readonly url: string;
  readonly asked: Asked[];
  readonly signals: WaitSignal[];
  /** What was logged, as it would be written. */
  readonly logged: string[];
  /** The part that the gateway plays from now on. */
  play(script: Script): void;
  send(sending: Sending): Promise<Received>;
  /** Sends JSON, as the type of content it is. */
  sendJson(method: string, path: string, body: unknown, headers?: Record<string, string>): Promise<Received>;
  close(grace?: number): Promise<void>;
}

export const GLOBAL_ID = '0UvW2Apk0001001';

export async function openDoors(overrides: Partial<HttpDeps> = {}, pages?: RequestHandler): Promise<Doors> {
  const asked: Asked[] = [];
  const signals: WaitSignal[] = [];
  const logged: string[] = [];
  let script: Script = () => results(result());
  const gateway: Gateway = {
    send(command, wait, cancelled) {
      const call = { command, wait, cancelled };
      asked.push(call);
      return script(call);
    },
    receive: (signal) => signals.push(signal),
    nextId: () => GLOBAL_ID,
  };
  const sink = new Writable({
    write(chunk: Buffer, _encoding, done) {
      logged.push(chunk.toString());
      done();
    },
  });
  const up = () => Promise.resolve({ status: 'UP' as const });
  // Opened by their first use, for which a test brings a database of its own.
  const pools = createPools('postgres://127.0.0.1:1/none', pino({ level: 'silent' }));
  const deps: HttpDeps = {
    gateway,
    reads: {
      state: () => Promise.resolve(null),
      snapshot: () => Promise.resolve(null),
      events: () => Promise.resolve([]),
    },
    queries: {
      count: () => Promise.resolve(0),
      single: () => Promise.resolve(null),
      list: () => noBatches(),
      paged: () => Promise.resolve({ total: 0, batches: noBatches() }),
    },
    pools,
    feed: createFeed({ pool: pools.queries, log: pino({ level: 'silent' }) }),
    health: { livenessState: up, readinessState: up, ping: up },
    metrics: {
      contentType: 'text/plain; version=0.0.4; charset=utf-8',
      render: () => Promise.resolve('up 1\n'),
      served: () => undefined,
    },
    targets: () => ({ file: null, loadedAt: 0, problem: null, lately: { minutes: 60, since: 0 }, targets: [] }),
    idGenerators: createIdGenerators({
      next: () => GLOBAL_ID,
      state: () => ({ machineId: 524_288, lastTimestamp: 1_756_700_000_009 }),
    }),
    log: pino({ level: 'debug' }, sink),
    retryDefaults: { maxRetries: 10, minBackoff: 180, executionTimeout: 120 },
    ...overrides,
  };
  const server = await startHttp({ host: '127.0.0.1', port: 0, app: createApp(deps, ROUTES, pages) });
  const { url } = server;
  return {
    url,
    asked,
    signals,
    logged,
    play(next) {
      script = next;
    },
    send: (sending) => send(url, sending),
    sendJson: (method, path, body, headers = {}) =>
      send(url, {
        method,
        path,
        headers: { 'Content-Type': 'application/json', ...headers },
        body: JSON.stringify(body),
      }),
    close: (grace = 1_000) => server.close(grace),
  };
}

/** These results, at once. */
export async function* results(...all: readonly CommandResult[]): AsyncGenerator<CommandResult> {
  for (const each of all) yield await Promise.resolve(each);
}

// eslint-disable-next-line @typescript-eslint/no-empty-function
async function* noBatches(): AsyncGenerator<never> {}

/** No result but an error. */
// eslint-disable-next-line @typescript-eslint/require-await, require-yield
export async function* failure(error: unknown): AsyncGenerator<CommandResult> {
  throw error;
}

/** A good result at stage PROCESSED, but for what is said otherwise. */
export function result(but: Partial<CommandResult> = {}): CommandResult {
  return {
    id: '0UvW2Apk0001001',
    waitCommandId: '0UvW2Apk0001001',
    stage: 'PROCESSED',
    contextName: 'compensation-service',
    aggregateName: 'execution_failed',
    tenantId: '(0)',
    aggregateId: '0UvW2Apk0001002',
    aggregateVersion: 1,
    requestId: '0UvW2Apk0001001',
    commandId: '0UvW2Apk0001001',
    function: {
      functionKind: 'COMMAND',
      contextName: 'compensation-service',
      processorName: 'ExecutionFailed',
      name: 'onCreate',
    },
    errorCode: 'Ok',
    errorMsg: '',
    result: {},
    signalTime: 1_756_700_000_012,
    succeeded: true,
    ...but,
  };
}

/** A refused result. */
export const refused = (errorCode: string, errorMsg: string, but: Partial<CommandResult> = {}): CommandResult =>
  result({ errorCode, errorMsg, succeeded: false, ...but });

/** The body of a create that the contract gives as its example (6.1). */
export const CREATE = {
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
  error: {
    errorCode: 'BadRequest',
    errorMsg: 'mail gateway refused',
    stackTrace: 'java.lang.IllegalStateException: …',
  },
  executeAt: 1_756_699_999_950,
  retrySpec: { maxRetries: 3, minBackoff: 7, executionTimeout: 11 },
  recoverable: 'RECOVERABLE',
};

export const CREATE_PATH = '/execution_failed/create_execution_failed';

/** The JSON of an answer. */
export const json = (received: Received): Record<string, unknown> =>
  JSON.parse(received.body) as Record<string, unknown>;
