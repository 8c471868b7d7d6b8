import type { CommandMessage, ErrorDetails, FunctionInfo, Snapshot } from '../domain/index.ts';

/** What is searched for and shown of a record's workflow from its start on. */
export interface ExecutionView {
  readonly status: Snapshot['state']['status'];
  readonly deleted: boolean;
  readonly recoverable: Snapshot['state']['recoverable'];
  readonly function: FunctionInfo;
  readonly errorCode: ErrorDetails['errorCode'];
  /** Whether it goes on by itself. */
  readonly due: boolean;
}

/** The workflows of records, as the gateway needs them. */
export interface Executions {
  /**
   * Starts the record's workflow with its create; `running`: there is one already. It may take `patience` milliseconds,
   * where that is given: to be late then says nothing about the connection.
   */
  start(id: string, view: ExecutionView, create: CommandMessage, patience?: number): Promise<'started' | 'running'>;
  /** Sends a command to the record's workflow; false: none is running. */
  signal(id: string, message: CommandMessage): Promise<boolean>;
  /** Sends a command to the record's workflow, which is started where none is running. */
  signalWithStart(id: string, view: ExecutionView, message: CommandMessage): Promise<void>;
  /** Whether an error means that Temporal did not answer; `maybeSent`: the request may have arrived all the same. Null: it means something else. */
  unavailable(error: unknown): { readonly maybeSent: boolean } | null;
}
