import {
  type CommandHandler,
  type Decision,
  type HandleResult,
  createCommandHandler,
} from '../../src/command-handler/index.ts';
import {
  type CommandMessage,
  type CommandName,
  DEFAULT_RETRY_SPEC,
  type Entry,
  type Outcome,
} from '../../src/domain/index.ts';
import { type Pools, createGlobalIds, createRecord } from '../../src/store/index.ts';
import { FAILED_EXECUTION } from '../support/api.ts';
import { SILENT } from '../support/store.ts';

/** What a handler of a test is made with beside its pool. */
export interface Settings {
  /** Epoch milliseconds. */
  readonly now?: () => number;
  readonly autoRetry?: boolean;
  readonly onDecided?: (decision: Decision) => void;
}

let machines = 0;

/** A command handler as a process of its own would have it. */
export function handlerOn(
  { commands }: Pools,
  { now = Date.now, autoRetry = true, onDecided = () => undefined }: Settings = {},
): CommandHandler {
  const machine = (machines += 1);
  return createCommandHandler({
    pool: commands,
    createRecord: (...version) => createRecord(commands, ...version),
    ids: createGlobalIds(() => machine),
    now,
    autoRetry,
    retryDefaults: DEFAULT_RETRY_SPEC,
    log: SILENT,
    onDecided,
  });
}

let sequence = 0;

/** A message with fresh ids, as the gateway sends it. */
export function message(name: CommandName, body: unknown = {}, but: Partial<CommandMessage> = {}): CommandMessage {
  const id = `command-${(sequence += 1)}`;
  const unused = { ownerId: '', spaceId: '', expectedVersion: null, attempt: null, header: {} };
  return { name, commandId: id, requestId: id, ...unused, body, ...but };
}

export const signal = (...parts: Parameters<typeof message>): Entry => ({
  origin: 'signal',
  message: message(...parts),
});

export const delivery = (...parts: Parameters<typeof message>): Entry => ({
  origin: 'delivery',
  message: message(...parts),
});

/** A failure of `executeAt`, which is not retried by itself for an hour. */
export const create = (executeAt = Date.now(), but: Partial<typeof FAILED_EXECUTION> = {}): Entry =>
  signal('create_execution_failed', { ...FAILED_EXECUTION, executeAt, ...but });

/** The one outcome. @throws Error where there are none or more */
export function outcomeOf({ outcomes }: HandleResult): Outcome {
  const [outcome, ...others] = outcomes;
  if (outcome === undefined || others.length > 0) throw new Error(`there are ${outcomes.length} outcomes`);
  return outcome;
}
