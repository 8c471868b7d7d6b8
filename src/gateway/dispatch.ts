import type { CommandHandler } from '../command-handler/index.ts';
import { type Command, type CommandMessage, type CommandName, type Outcome, decide } from '../domain/index.ts';
import { type Pool, StoreUnavailable, loadRecord } from '../store/index.ts';
import type { CreatePaths } from './create-path.ts';
import type { Door } from './door.ts';
import { GatewayError } from './errors.ts';
import type { ExecutionView, Executions } from './executions.ts';
import type { Slots } from './slots.ts';
import type { StoreDoor } from './store-door.ts';

/** How often a create may meet a workflow that ends between the start and the signal. */
const MAX_RACES = 3;
/** Milliseconds that the start with a create may take while there is another way, which needs no Temporal. */
const START_PATIENCE = 1_000;
/** The same while there is none: less than what says that Temporal is lost, since it may only have its hands full. */
const DETOUR_PATIENCE = 4_000;

export interface DispatchDeps {
  readonly pool: Pool;
  readonly handler: CommandHandler;
  readonly executions: Executions;
  readonly slots: Slots;
  readonly createPaths: CreatePaths;
  readonly storeDoor: StoreDoor;
  /** For creates whose workflow is the only way left. */
  readonly workflowDoor: Door;
  /** Told which way each create takes, for whoever counts. */
  readonly onCreate: (path: 'workflow' | 'store') => void;
  /** Told of every command that is refused before anything decides it, for whoever counts. */
  readonly onRefused: (name: CommandName, code: string) => void;
  /** Milliseconds that the command may wait for its slot, or for its turn. */
  readonly patience: number;
}

/** Null: the command is on its way and its answer will come. Otherwise it is decided already. */
export type Dispatched = Outcome | null;

/** Brings a command to its record's workflow. @throws GatewayError */
export async function dispatch(deps: DispatchDeps, command: Command, message: CommandMessage): Promise<Dispatched> {
  try {
    return await (command.name === 'create_execution_failed'
      ? dispatchCreate(deps, command, message)
      : dispatchUpdate(deps, command, message));
  } catch (error) {
    throw asGatewayError(deps, command, error);
  }
}

type Create = Extract<Command, { name: 'create_execution_failed' }>;

async function dispatchCreate(deps: DispatchDeps, command: Create, message: CommandMessage): Promise<Dispatched> {
  const refusal = refusalWithoutRecord(deps, command);
  if (refusal !== null) return refusal;
  const endsAt = performance.now() + deps.patience;
  const patience = (): number => Math.max(0, endsAt - performance.now());
  if (deps.createPaths.enter(command.commandId) && (await tryWorkflow(deps, command, message))) return null;
  try {
    const outcome = await deps.storeDoor.pass(patience(), () => decideHere(deps, command, message));
    if (outcome?.ok === true) deps.onCreate('store');
    return outcome;
  } catch (error) {
    if (!(error instanceof StoreUnavailable)) throw error;
    // Now its workflow is the only way, however long that takes: it stores the record when Postgres is back.
    const isTaken = await deps.workflowDoor.pass(
      patience(),
      () => error,
      () => throughWorkflow(deps, command, message, DETOUR_PATIENCE),
    );
    if (isTaken) return null;
    throw error;
  }
}

/** False: it is to be stored here, since Temporal may be the very thing that is down. */
async function tryWorkflow(deps: DispatchDeps, command: Create, message: CommandMessage): Promise<boolean> {
  const { createPaths, executions } = deps;
  let isTaken = false;
  try {
    isTaken = await throughWorkflow(deps, command, message, START_PATIENCE);
    createPaths.started();
  } catch (error) {
    const unavailable = executions.unavailable(error);
    if (unavailable === null) throw error;
    // What was not even sent has cost no time.
    if (unavailable.maybeSent) createPaths.failed();
  } finally {
    if (!isTaken) createPaths.left(command.commandId);
  }
  return isTaken;
}

/** Starts the workflow, or signals the one that runs; false: it ended every time between the two. */
async function throughWorkflow(
  deps: DispatchDeps,
  command: Create,
  message: CommandMessage,
  patience: number,
): Promise<boolean> {
  for (let races = 0; races < MAX_RACES; races += 1) {
    const started = await deps.executions.start(command.aggregateId, viewOf(command), message, patience);
    if (started === 'started' || (await signal(deps, command, message))) {
      deps.onCreate('workflow');
      return true;
    }
  }
  return false;
}

async function decideHere({ handler }: DispatchDeps, { aggregateId }: Command, message: CommandMessage) {
  const { outcomes } = await handler.handle(aggregateId, [{ origin: 'signal', message }], 0);
  return outcomes[0] ?? null;
}

async function dispatchUpdate(deps: DispatchDeps, command: Command, message: CommandMessage): Promise<Dispatched> {
  if (await signal(deps, command, message)) return null;
  const record = await loadRecord(deps.pool, command.aggregateId);
  if (record === null) return refusalWithoutRecord(deps, command);
  const { state, deleted } = record.snapshot;
  const view = { ...state, deleted, errorCode: state.error.errorCode, due: record.deadline !== null };
  await withSlot(deps, command, () => deps.executions.signalWithStart(command.aggregateId, view, message));
  return null;
}

function signal(deps: DispatchDeps, command: Command, message: CommandMessage): Promise<boolean> {
  return withSlot(deps, command, () => deps.executions.signal(command.aggregateId, message));
}

/** The slot of a command that was sent is freed by its decision. */
async function withSlot<Result>(
  { slots, patience }: DispatchDeps,
  command: Command,
  send: () => Promise<Result>,
): Promise<Result> {
  await slots.take(command.aggregateId, command.commandId, patience);
  let isSent = false;
  try {
    const result = await send();
    isSent = result !== false;
    return result;
  } finally {
    if (!isSent) slots.free(command.commandId);
  }
}

function refusalWithoutRecord({ onRefused }: DispatchDeps, command: Command): Outcome | null {
  const decision = decide(null, command, Date.now());
  if (decision.ok) return null;
  onRefused(command.name, decision.code);
  return { ...decision, commandId: command.commandId, version: 0 };
}

const viewOf = ({ body }: Create): ExecutionView => ({
  status: 'FAILED',
  deleted: false,
  recoverable: body.recoverable,
  function: body.function,
  errorCode: body.error.errorCode,
  due: body.recoverable !== 'UNRECOVERABLE' && body.retrySpec.maxRetries > 0,
});

function asGatewayError({ executions }: DispatchDeps, command: Command, error: unknown): unknown {
  const { commandId, requestId, aggregateId } = command;
  const temporal = executions.unavailable(error);
  if (temporal === null && !(error instanceof StoreUnavailable)) return error;
  const reason = error instanceof Error ? error.message : String(error);
  // A create has tried both ways by now, and either may have been the right one.
  const isMaybeSent = temporal?.maybeSent === true || command.name === 'create_execution_failed';
  const advice = isMaybeSent
    ? 'Whether the command was carried out is not known: repeat it with the same request id.'
    : 'The command was not sent: repeat it with the same request id.';
  return new GatewayError('ServiceUnavailable', `${reason} ${advice}`, {
    retryAfter: 5,
    details: { commandId, requestId, aggregateId },
    cause: error,
  });
}
