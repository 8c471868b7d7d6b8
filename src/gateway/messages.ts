import type {
  AggregateId,
  BindingError,
  Command,
  CommandBodies,
  CommandEnvelope,
  CommandName,
  FunctionInfo,
} from '../domain/index.ts';

/** The stages a caller can wait for, in the order in which they are reached (contract 2.1). */
export const WAIT_STAGES = ['SENT', 'PROCESSED', 'SNAPSHOT', 'PROJECTED', 'EVENT_HANDLED', 'SAGA_HANDLED'] as const;
export type WaitStage = (typeof WAIT_STAGES)[number];

/** Which function's signal completes a wait for PROJECTED, EVENT_HANDLED or SAGA_HANDLED; a blank part matches anything. */
export interface WaitFunction {
  readonly contextName: string;
  readonly processorName: string;
  readonly name: string;
}

/** What a caller waits for before it wants its answer (contract 1.3 and 2.1). */
export interface WaitPlan {
  readonly stage: WaitStage;
  readonly function: WaitFunction;
  /** With SAGA_HANDLED only: the stage that the commands sent by the saga must reach (contract 2.10, chains). */
  readonly tail: { readonly stage: WaitStage; readonly function: WaitFunction } | null;
  /** Milliseconds, greater than 0. */
  readonly timeout: number;
}

/** A command as a caller sends it: its body is checked, ids may be left to us (null). */
export type CommandRequest = {
  [Name in CommandName]: Omit<CommandEnvelope, 'commandId' | 'requestId' | 'aggregateId'> & {
    readonly name: Name;
    readonly body: CommandBodies[Name];
    readonly requestId: string | null;
    /** Null: an id is made. On create it is the new record's, otherwise one that no record has. */
    readonly aggregateId: string | null;
  };
}[CommandName];

/** The answer to a command at one stage (contract 2.3). */
export interface CommandResult {
  readonly id: string;
  readonly waitCommandId: string;
  readonly stage: WaitStage;
  readonly contextName: string;
  readonly aggregateName: string;
  readonly tenantId: string;
  readonly aggregateId: string;
  readonly aggregateVersion: number | null;
  readonly requestId: string;
  readonly commandId: string;
  readonly function: { readonly functionKind: string } & WaitFunction;
  readonly errorCode: string;
  readonly errorMsg: string;
  /** Left out when empty. */
  readonly bindingErrors?: readonly BindingError[];
  readonly result: Readonly<Record<string, unknown>>;
  /** Epoch milliseconds. */
  readonly signalTime: number;
  readonly succeeded: boolean;
}

/** What one process tells another about a command that somebody waits for (contract 5.1, SimpleWaitSignal). */
export interface WaitSignal {
  readonly id: string;
  readonly waitCommandId: string;
  readonly commandId: string;
  readonly aggregateId: AggregateId;
  readonly stage: WaitStage;
  readonly function: FunctionInfo;
  readonly aggregateVersion: number | null;
  readonly isLastProjection: boolean;
  readonly errorCode: string;
  readonly errorMsg: string;
  readonly bindingErrors: readonly BindingError[];
  readonly result: Readonly<Record<string, unknown>>;
  readonly commands: readonly string[];
  readonly signalTime: number;
}

/** The way in for commands, whoever speaks for the caller. */
export interface Gateway {
  /**
   * Sends a command and yields its results in order of arrival: SENT first, up to and including the wanted stage, or the
   * first that failed (`succeeded: false`; stage SENT: refused before it was sent).
   * Aborting `cancelled` ends the wait, never the command.
   * @throws GatewayError `RequestTimeout`, `TooManyRequests` or `ServiceUnavailable`
   */
  send(request: CommandRequest, wait: WaitPlan, cancelled: AbortSignal): AsyncIterable<CommandResult>;
  /** Hands a signal to whoever waits for its `waitCommandId` in this process; dropped when nobody does. */
  receive(signal: WaitSignal): void;
  /** A fresh global id (contract 5.4). */
  nextId(): string;
}

/** The way in for commands that another service has sent with ids of its own. */
export interface CommandIntake {
  /**
   * Sees a command through that brings its ids with it, and tells its sender where that one waits. With the same command
   * id again it does nothing twice and has the same result. Waits `patience` milliseconds at most.
   * @returns its result at PROCESSED; null: aborting `cancelled` ended the wait
   * @throws GatewayError as `send`, and PayloadTooLarge: after any other it may be repeated
   */
  process(command: Command, patience: number, cancelled: AbortSignal): Promise<CommandResult | null>;
}
