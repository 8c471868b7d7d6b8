import { setTimeout as delay } from 'node:timers/promises';
import { Client } from '@temporalio/client';
import { NativeConnection, type WorkflowBundle } from '@temporalio/worker';
import type { Logger } from 'pino';
import type { Activities } from '../../workflows/activities.ts';
import type { Reply } from '../../workflows/replies.ts';
import { readTemporalConfig } from './config.ts';
import type { TemporalAccess } from './executions.ts';
import { ensureNamespace, ensureSearchAttributes } from './namespace.ts';
import { type Workers, createWorkers } from './worker.ts';

/** Milliseconds between two looks at the namespace, while all is well and while it is not. */
const CHECK_INTERVAL = 5_000;
const RETRY_INTERVAL = 1_000;

export interface LinkOptions {
  readonly log: Logger;
  /** Told of the namespace's id whenever it is another one; only then is there work for a worker. May throw: it is called again. */
  readonly onNamespace: (namespaceId: string) => Promise<void>;
  /** What a worker of this process works with; null: this process has none. */
  readonly worker: {
    readonly bundle: () => Promise<WorkflowBundle>;
    readonly activities: Activities;
    readonly onReply: (reply: Reply) => void;
    readonly maxCachedWorkflows: number;
    readonly shutdownGraceTime: number;
    readonly shutdownForceTime: number;
  } | null;
}

/** How the link stands, for health. */
export interface LinkState {
  readonly connected: boolean;
  /** The worker's state in Temporal's words; null: this process has none. */
  readonly worker: string | null;
  /** Why it is not connected, or why the worker does not run; null: all is well. */
  readonly reason: string | null;
}

/** The connection to Temporal, which may come late, go away and come back with an empty database. */
export interface Link extends TemporalAccess {
  readonly namespace: string;
  state(): LinkState;
  /** Lets the worker finish what it is at, then closes the connection. */
  stop(): Promise<void>;
}

/** Connects when Temporal is there, and keeps a worker running for as long as the process lives. */
export function openLink({ log, onNamespace, worker: wanted }: LinkOptions): Link {
  const config = readTemporalConfig();
  const namespace = config.namespace ?? 'default';
  const stopping = new AbortController();
  let connection: NativeConnection | null = null;
  let client: Client | null = null;
  let namespaceId: string | null = null;
  let searchable = false;
  let workers: Workers | null = null;
  let running: Promise<void> = Promise.resolve();
  let connected = false;
  let reason: string | null = 'not connected yet';
  let workerReason: string | null = null;
  let wake = new AbortController();

  const check = async (): Promise<void> => {
    connection ??= await NativeConnection.connect({
      ...config.connectionOptions,
      // Server and service are close to each other: compressing costs more than it saves.
      grpcCompression: { codec: 'none' },
    });
    const id = await ensureNamespace(connection, namespace, log);
    if (id !== namespaceId) {
      searchable = await ensureSearchAttributes(connection, namespace, log);
      await onNamespace(id);
      log.info(
        { namespace, namespaceId: id },
        namespaceId === null ? 'connected to Temporal' : 'Temporal has a new database',
      );
      namespaceId = id;
      client = new Client({ connection, namespace });
    }
    connected = true;
    reason = null;
    if (wanted !== null && workers === null) await startWorkers(connection, wanted);
  };

  /** What goes wrong with the worker is no matter of the connection, which serves commands all the same. */
  const startWorkers = async (on: NativeConnection, options: NonNullable<LinkOptions['worker']>): Promise<void> => {
    const { bundle, ...rest } = options;
    let created: Workers;
    try {
      created = await createWorkers({ ...rest, connection: on, namespace, bundle: await bundle() });
    } catch (error) {
      const now = messageOf(error);
      if (now !== workerReason) log.error({ reason: now }, 'the worker cannot be made: trying again');
      workerReason = now;
      return;
    }
    workers = created;
    workerReason = null;
    running = created.run().then(
      () => undefined,
      (error: unknown) => {
        workerReason = messageOf(error);
        if (stopping.signal.aborted) {
          // Temporal's message about that is a riddle: the worker is "still in use" by what it waits for.
          log.warn({ reason: workerReason }, 'activities did not end in time: they are carried out again elsewhere');
        } else {
          log.error({ reason: workerReason }, 'the worker failed and is made anew');
        }
      },
    );
    void running.then(() => {
      if (workers === created) workers = null;
    });
  };

  const supervise = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      // Before the check, which may take seconds: a request that is lost meanwhile asks for another one.
      wake = new AbortController();
      let interval = CHECK_INTERVAL;
      try {
        await check();
        if (wanted !== null && workers === null) interval = RETRY_INTERVAL;
      } catch (error) {
        const now = messageOf(error);
        if (now !== reason) log.warn({ reason: now }, 'Temporal does not answer');
        reason = now;
        connected = false;
        interval = RETRY_INTERVAL;
      }
      await delay(interval, undefined, { signal: AbortSignal.any([stopping.signal, wake.signal]) }).catch(
        () => undefined,
      );
    }
  };
  const supervision = supervise();

  const lost = (): void => {
    connected = false;
    reason ??= 'a request got no answer';
    wake.abort();
  };

  return {
    namespace,
    client: () => (connected ? client : null),
    lost,
    doubted() {
      wake.abort();
    },
    reset() {
      namespaceId = null;
      lost();
    },
    searchable: () => searchable,
    eager: () => workers?.state() === 'RUNNING',
    state: () => ({
      connected,
      worker: wanted === null ? null : (workers?.state() ?? 'STOPPED'),
      reason: reason ?? workerReason,
    }),
    async stop() {
      stopping.abort();
      await supervision;
      workers?.shutdown();
      await running;
      await connection?.close();
    },
  };
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
