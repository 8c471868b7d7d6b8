import type { BindingError, FunctionInfo } from './values.ts';

/** How far a command has come. This service answers SENT, PROCESSED and SNAPSHOT; for the others somebody has to signal. */
export type WaitStage = 'SENT' | 'PROCESSED' | 'SNAPSHOT' | 'PROJECTED' | 'EVENT_HANDLED' | 'SAGA_HANDLED';

/** What became of a command, as of one stage. */
export interface CommandResult {
  readonly id: string;
  readonly waitCommandId: string;
  readonly stage: WaitStage;
  readonly contextName: string;
  readonly aggregateName: string;
  readonly tenantId: string;
  /** The record; of a create, the new one. */
  readonly aggregateId: string;
  /** Version of the record after the command; null where it is not known. */
  readonly aggregateVersion: number | null;
  readonly requestId: string;
  readonly commandId: string;
  /** Who reports this stage. */
  readonly function: FunctionInfo;
  readonly errorCode: string;
  readonly errorMsg: string;
  /** Left out when empty. */
  readonly bindingErrors?: readonly BindingError[];
  readonly result: Readonly<Record<string, unknown>>;
  /** Epoch milliseconds. */
  readonly signalTime: number;
  readonly succeeded: boolean;
}
