import { type Client, WorkflowExecutionAlreadyStartedError, WorkflowNotFoundError } from '@temporalio/client';
import { TypedSearchAttributes } from '@temporalio/common';
import { optionalTsToMs } from '@temporalio/common/lib/time.js';
import proto from '@temporalio/proto';
import type { CommandMessage } from '../domain/index.ts';
import { summary } from '../../workflows/details.ts';
import type { ExecutionFailedInput } from '../../workflows/execution-failed.ts';
import { type Searched, searchAttributes } from '../../workflows/search-attributes.ts';
import { SYNC } from '../../workflows/signal-names.ts';
import { TemporalUnavailable, isBusy, isLate, isUnregistered, temporalError } from './errors.ts';
import { within } from './rpc.ts';
import { TASK_QUEUE, WORKFLOW_TYPE, recordId, workflowId } from './names.ts';

/** Milliseconds that a request to Temporal may take. */
const RPC_TIMEOUT = 5_000;

/** Running workflows that are listed at a time, and the list of them all. */
const PAGE = 500;
const RUNNING = `WorkflowType = '${WORKFLOW_TYPE}' and ExecutionStatus = 'Running'`;

/** The connection as it is now. */
export interface TemporalAccess {
  /** Null while Temporal does not answer. */
  client(): Client | null;
  /** A request got no answer: there is no client until Temporal has answered again. */
  lost(): void;
  /** A request got no answer in a time in which it need not have come: worth a look, while the client stays. */
  doubted(): void;
  /** The server does not know what was registered with it: there is no client until that is done anew. */
  reset(): void;
  /** Whether search attributes are registered. */
  searchable(): boolean;
  /** Whether this process may run the first task of what it starts: it has a worker on the same connection. */
  eager(): boolean;
}

/** The workflows of records, as commands reach them. Every call throws {@link TemporalUnavailable} where Temporal does not answer. */
export interface Executions {
  /**
   * Starts the record's workflow; `running`: there is one already. With `create` its first command is that create. It may
   * take `patience` milliseconds, where that is given: to be late then says nothing about the connection.
   */
  start(id: string, record: Searched, create?: CommandMessage, patience?: number): Promise<'started' | 'running'>;
  /** Sends a command to the record's workflow; false: none is running. */
  signal(id: string, message: CommandMessage): Promise<boolean>;
  /** Sends a command to the record's workflow, which is started where none is running. */
  signalWithStart(id: string, record: Searched, message: CommandMessage): Promise<void>;
  /** Asks a running workflow to look at its record anew; false: none is running. */
  sync(id: string): Promise<boolean>;
  /**
   * The records whose workflows run, page by page: the first one, or the one that `next` of the last one names; null: there
   * are no more. What began or ended a moment ago may be told wrong.
   */
  running(page: Uint8Array | null): Promise<{ readonly ids: readonly string[]; readonly next: Uint8Array | null }>;
  /** Milliseconds that the oldest waiting workflow task has waited for a worker. */
  backlogAge(): Promise<number>;
  /** Whether an error means that Temporal did not answer; `maybeSent`: the request may have arrived all the same. Null: it means something else. */
  unavailable(error: unknown): { readonly maybeSent: boolean } | null;
}

interface CallOptions {
  /** Milliseconds. */
  readonly timeout?: number | undefined;
  /** Whether no answer to it means that Temporal is not there. */
  readonly isVital?: boolean;
}

export function createExecutions(access: TemporalAccess): Executions {
  const call = async <Result>(
    work: (client: Client) => Promise<Result>,
    { timeout = RPC_TIMEOUT, isVital = true }: CallOptions = {},
  ): Promise<Result> => {
    const client = access.client();
    if (client === null) throw new TemporalUnavailable('it is not reached at the moment', false);
    try {
      return await within(client, timeout, () => work(client));
    } catch (error) {
      if (isUnregistered(error)) {
        access.reset();
        throw new TemporalUnavailable('it has a new database', false, error);
      }
      const known = temporalError(error);
      if (isVital && known instanceof TemporalUnavailable && !isBusy(error)) {
        // Others may wait longer than this caller would: what was too late for one is not lost for all.
        if (timeout < RPC_TIMEOUT && isLate(error)) access.doubted();
        else access.lost();
      }
      throw known;
    }
  };
  const signal = (id: string, name: string, args: unknown[]): Promise<boolean> =>
    call(async (client) => {
      try {
        await client.workflow.getHandle(workflowId(id)).signal(name, ...args);
        return true;
      } catch (error) {
        if (error instanceof WorkflowNotFoundError) return false;
        throw error;
      }
    });
  const options = (id: string, record: Searched, input: ExecutionFailedInput) => ({
    workflowId: workflowId(id),
    taskQueue: TASK_QUEUE,
    args: [input] as [ExecutionFailedInput],
    workflowIdReusePolicy: 'ALLOW_DUPLICATE' as const,
    staticSummary: summary(record.function),
    ...(access.searchable() ? { typedSearchAttributes: new TypedSearchAttributes(searchAttributes(record)) } : {}),
  });
  return {
    start: (id, record, create, patience) =>
      call(
        async (client) => {
          try {
            await client.workflow.start(WORKFLOW_TYPE, {
              ...options(id, record, create === undefined ? { id } : { id, create }),
              workflowIdConflictPolicy: 'FAIL',
              requestEagerStart: access.eager(),
            });
            return 'started';
          } catch (error) {
            if (error instanceof WorkflowExecutionAlreadyStartedError) return 'running';
            throw error;
          }
        },
        { timeout: patience },
      ),
    signal: (id, message) => signal(id, message.name, [message]),
    signalWithStart: (id, record, message) =>
      call(async (client) => {
        await client.workflow.signalWithStart(WORKFLOW_TYPE, {
          ...options(id, record, { id }),
          signal: message.name,
          signalArgs: [message],
        });
      }),
    sync: (id) => signal(id, SYNC, []),
    running: (page) =>
      call(
        async ({ workflowService, options: { namespace } }) => {
          const { executions, nextPageToken } = await workflowService.listWorkflowExecutions({
            namespace,
            query: RUNNING,
            pageSize: PAGE,
            nextPageToken: page,
          });
          return {
            ids: executions.flatMap(({ execution }) => recordId(execution?.workflowId ?? '') ?? []),
            next: nextPageToken.length === 0 ? null : nextPageToken,
          };
        },
        // Lists come from a store of their own, which may be slow or away while commands go on.
        { isVital: false },
      ),
    backlogAge: () =>
      call(async ({ workflowService, options: { namespace } }) => {
        const { stats } = await workflowService.describeTaskQueue({
          namespace,
          taskQueue: { name: TASK_QUEUE },
          taskQueueType: proto.temporal.api.enums.v1.TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
          reportStats: true,
        });
        return optionalTsToMs(stats?.approximateBacklogAge) ?? 0;
      }),
    unavailable: (error) => (error instanceof TemporalUnavailable ? { maybeSent: error.maybeSent } : null),
  };
}
