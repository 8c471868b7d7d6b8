import { Context } from '@temporalio/activity';
import { Client, type WorkflowHandle } from '@temporalio/client';
import { NativeConnection, type WorkflowBundle } from '@temporalio/worker';
import { TASK_QUEUE, WORKFLOW_TYPE, workflowId } from '../../src/temporal/names.ts';
import { ensureNamespace } from '../../src/temporal/namespace.ts';
import { bundleWorkflows, installRuntime } from '../../src/temporal/index.ts';
import { createWorkers } from '../../src/temporal/worker.ts';
import type { Entry } from '../../src/domain/index.ts';
import type { Activities, Delivered, Handled, NotDelivered, QueuedRetry, View } from '../../workflows/activities.ts';
import { eventually } from './eventually.ts';
import { createNamespaceName, temporalAddress } from './servers.ts';
import { SILENT } from './store.ts';

/** What the activities of one workflow do; `handle` is told whether it runs as a local activity. */
export interface Part {
  handle(entries: readonly Entry[], isLocal: boolean): Handled | Promise<Handled>;
  deliver?(attempt: number): Promise<Delivered>;
  readRetry?(attempt: number): Promise<QueuedRetry | NotDelivered>;
}

/** The workers of the service on a real Temporal, with activities that a test makes up. */
export interface Stage {
  readonly namespace: string;
  /** Starts workers; with `bundle`, those of another release. */
  open(bundle?: WorkflowBundle): Promise<void>;
  /** Stops the workers; what runs has a second to end, and is cancelled then. */
  close(): Promise<void>;
  /** Starts a workflow whose activities do as this part says. */
  play(id: string, part: Part): Promise<WorkflowHandle>;
  /** Closes the workers and the connection. */
  leave(): Promise<void>;
}

export async function createStage(): Promise<Stage> {
  installRuntime(SILENT);
  const namespace = createNamespaceName();
  const connection = await NativeConnection.connect({ address: temporalAddress() });
  // It takes some seconds until every part of the server knows it, so the first requests are tried again.
  await ensureNamespace(connection, namespace, SILENT);
  const client = new Client({ connection, namespace });
  const parts = new Map<string, Part>();
  const partOf = (id: string): Part => {
    const part = parts.get(id);
    if (part === undefined) throw new Error(`no part is known for ${id}`);
    return part;
  };
  const activities: Activities = {
    handle: async (id, entries) => partOf(id).handle(entries, Context.current().info.isLocal),
    deliver: async (id, attempt) => (await partOf(id).deliver?.(attempt)) ?? { kind: 'gone' },
    readRetry: async (id, attempt) => (await partOf(id).readRetry?.(attempt)) ?? { kind: 'gone' },
  };
  let close = (): Promise<void> => Promise.resolve();

  return {
    namespace,
    async open(bundle) {
      const options = {
        connection,
        namespace,
        bundle: bundle ?? (await bundleWorkflows()),
        activities,
        onReply: () => undefined,
        maxCachedWorkflows: 1_000,
        shutdownGraceTime: 1,
        shutdownForceTime: 30,
      };
      const workers = await eventually(() => createWorkers(options));
      const running = workers.run();
      close = async () => {
        workers.shutdown();
        await running;
      };
    },
    close: () => close(),
    async play(id, part) {
      parts.set(id, part);
      const options = { workflowId: workflowId(id), taskQueue: TASK_QUEUE, args: [{ id }] };
      return eventually(() => client.workflow.start(WORKFLOW_TYPE, options));
    },
    async leave() {
      await close();
      await connection.close();
    },
  };
}

const VIEW: View = {
  status: 'PREPARED',
  deleted: false,
  recoverable: 'RECOVERABLE',
  function: { functionKind: 'EVENT', contextName: 'shop', processorName: 'Orders', name: 'onPaid' },
  source: 'shop/order/1',
  target: 'shop',
  executeAt: 1,
  errorCode: 'Broken',
  errorMsg: 'it broke',
  retries: 1,
  maxRetries: 3,
  timeoutAt: 1,
  link: 'http://127.0.0.1/1',
  searchable: false,
};

/** A record that goes on, with these properties. */
export const open = (but: Partial<Handled> = {}): Handled => ({
  now: Date.now(),
  outcomes: [],
  version: 1,
  deadline: null,
  delivery: null,
  view: VIEW,
  ...but,
});

/** A record that is over: the workflow completes. */
export const over = (): Handled => open({ view: { ...VIEW, status: 'SUCCEEDED' } });
