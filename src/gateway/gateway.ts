import type { Logger } from 'pino';
import type { CommandHandler } from '../command-handler/index.ts';
import type { Command, CommandMessage, CommandName, Header, Outcome } from '../domain/index.ts';
import { REPLY_HEADER, duplicateRequest } from '../domain/index.ts';
import { type GlobalIds, type Pool, StoreUnavailable, findOutcomes, wasRequestUsed } from '../store/index.ts';
import { createAllowance } from './allowance.ts';
import { type CreatePath, choosePaths } from './create-path.ts';
import { dispatch } from './dispatch.ts';
import { GatewayError } from './errors.ts';
import type { Executions } from './executions.ts';
import { reservedIdProblem } from './ids.ts';
import type { CommandIntake, CommandRequest, CommandResult, Gateway, WaitPlan, WaitSignal } from './messages.ts';
import { WAIT_PATH, createNotifier } from './notifier.ts';
import { readSenderWait } from './sender-wait.ts';
import { outcomeSignals, sentResult, toResult, toSignal, unsentResult } from './signals.ts';
import { createSlots } from './slots.ts';
import { createStoreDoor } from './store-door.ts';
import { watchStorms } from './storm.ts';
import { type Waiter, createWaiters } from './waiters.ts';
import { createWorkflowDoor } from './workflow-door.ts';

/** Milliseconds between two looks for answers that may be lost. */
const LOOK_INTERVAL = 500;
/** Bytes of a command as JSON: Temporal takes 2 MiB. A body may hold less and become more, since numbers are read as texts too. */
const MAX_MESSAGE = 1.5 * 1024 * 1024;

export interface GatewayDeps {
  readonly pool: Pool;
  readonly ids: GlobalIds;
  readonly handler: CommandHandler;
  readonly executions: Executions;
  /** Where other processes reach this one. */
  readonly advertisedUrl: string;
  readonly waitHosts: ReadonlySet<string>;
  readonly maxWaiting: number;
  readonly createPath: CreatePath;
  /** Whether Postgres can be reached right now, whatever became of one connection. */
  readonly isStoreReachable: () => Promise<boolean>;
  /** Told of every command that is refused before anything decides it, for whoever counts. */
  readonly onRefused: (name: CommandName, code: string) => void;
  /** Told which way each create takes, for whoever counts. */
  readonly onCreate: (path: 'workflow' | 'store') => void;
  readonly log: Logger;
}

/** The answer to a command as the workflow sends it. */
export interface Reply {
  readonly aggregateId: string;
  readonly name: string;
  readonly requestId: string;
  readonly endpoint: string;
  readonly outcome: Outcome;
}

/** The gateway with what the composition root needs of it. */
export interface RunningGateway extends Gateway, CommandIntake {
  /** Takes an answer from a workflow of this process's worker. Does not wait. */
  reply(reply: Reply): void;
  /** Callers that wait right now. */
  waiting(): number;
  /** Whether so many creates are stored at once in this process that what can wait should. */
  isStorm(): boolean;
  /** Ends every wait. */
  stop(): void;
}

export function createGateway(deps: GatewayDeps): RunningGateway {
  const waiters = createWaiters(deps.maxWaiting);
  const slots = createSlots();
  const storms = watchStorms();
  const createPaths = choosePaths(deps.createPath, () => storms.isStorm());
  const storeDoor = createStoreDoor(deps.isStoreReachable);
  const workflowDoor = createWorkflowDoor();
  const allowance = createAllowance();
  const notifier = createNotifier(deps);
  const onCreate = (path: 'workflow' | 'store'): void => {
    if (path === 'store') storms.stored();
    deps.onCreate(path);
  };
  const endpoint = deps.advertisedUrl + WAIT_PATH;
  const nextId = (): string => deps.ids.next();

  const receive = (signal: WaitSignal): void => {
    if (signal.stage === 'PROCESSED') {
      slots.free(signal.commandId);
      createPaths.left(signal.commandId);
    }
    waiters.receive(signal);
  };

  const lookForLostAnswers = async (): Promise<void> => {
    const commands = waiters.overdue();
    if (commands.length === 0) return;
    const outcomes = await findOutcomes(
      deps.pool,
      commands.map(({ commandId }) => commandId),
    );
    for (const outcome of outcomes) {
      // An id that a sender has used for two records is decided for one of them.
      const command = commands.find(
        (sent) => sent.commandId === outcome.commandId && sent.aggregateId === outcome.aggregateId,
      );
      if (command !== undefined) outcomeSignals(command, outcome).forEach(receive);
    }
  };
  const looking = setInterval(() => {
    lookForLostAnswers().catch((error: unknown) => {
      if (!(error instanceof StoreUnavailable)) deps.log.error({ err: error }, 'cannot look for lost answers');
    });
  }, LOOK_INTERVAL).unref();

  async function* send(
    request: CommandRequest,
    wait: WaitPlan,
    cancelled: AbortSignal,
  ): AsyncGenerator<CommandResult, void> {
    const command = identify(request, nextId);
    if (await isDuplicate(deps.pool, request)) {
      const { code, message } = duplicateRequest(command.requestId);
      deps.onRefused(command.name, code);
      yield unsentResult(command, nextId(), code, message);
      return;
    }
    yield* follow(command, waitHeader(command.commandId, wait, endpoint), wait, cancelled);
  }

  /** Brings a command to its record and yields what comes of it. */
  async function* follow(
    command: Command,
    header: Header,
    wait: WaitPlan,
    cancelled: AbortSignal,
  ): AsyncGenerator<CommandResult, void> {
    const message = toMessage(command, header);
    const size = checkedSize(message);
    const release = command.name === 'create_execution_failed' ? allowance.take(size) : null;
    let waiter: Waiter | null = null;
    try {
      if (wait.stage !== 'SENT') waiter = waiters.open(command, wait, cancelled);
      const outcome = await dispatch(
        { ...deps, slots, createPaths, storeDoor, workflowDoor, onCreate, patience: wait.timeout },
        command,
        message,
      );
      yield sentResult(command, nextId(), command.name === 'create_execution_failed' ? 0 : command.expectedVersion);
      if (outcome !== null) outcomeSignals(command, outcome).forEach(receive);
      if (waiter !== null) yield* waiter.results();
    } finally {
      waiter?.close();
      release?.();
    }
  }

  const tell = (waiterAt: string, signals: readonly WaitSignal[]): void => {
    if (waiterAt === endpoint) signals.forEach(receive);
    else notifier.notify(waiterAt, signals);
  };

  return {
    send,
    async process(command, patience, cancelled) {
      const sender = readSenderWait(command.header);
      const wait: WaitPlan = {
        stage: sender?.stage === 'SNAPSHOT' ? 'SNAPSHOT' : 'PROCESSED',
        function: { contextName: '', processorName: '', name: '' },
        tail: null,
        timeout: patience,
      };
      const decided = await findDecided(deps.pool, command);
      const results =
        decided === null
          ? follow(command, { [REPLY_HEADER]: endpoint }, wait, cancelled)
          : outcomeSignals(command, decided).map((signal) => toResult(command, signal));
      let processed: CommandResult | null = null;
      for await (const result of results) {
        // To be SENT is what the sender has told itself.
        if (result.stage === 'SENT') continue;
        if (sender !== null && sender.stage !== 'SENT') tell(sender.endpoint, [toSignal(result, sender.commandId)]);
        if (result.stage === 'PROCESSED') processed = result;
      }
      return processed;
    },
    receive,
    nextId,
    reply({ aggregateId, name, requestId, endpoint: waiterAt, outcome }) {
      tell(waiterAt, outcomeSignals({ commandId: outcome.commandId, requestId, aggregateId, name }, outcome));
    },
    waiting: () => waiters.waiting(),
    isStorm: () => storms.isStorm(),
    stop() {
      clearInterval(looking);
      waiters.stop();
    },
  };
}

function identify(request: CommandRequest, nextId: () => string): Command {
  const problem = reservedIdProblem(request.requestId ?? '');
  if (problem !== null) throw new GatewayError('IllegalArgument', problem);
  const commandId = nextId();
  return {
    ...request,
    commandId,
    requestId: request.requestId ?? commandId,
    aggregateId: request.aggregateId ?? nextId(),
  };
}

/** The first look for a request id that was used before (contract 2.8). Where Postgres does not answer, `handle` looks later. */
async function isDuplicate(pool: Pool, { requestId, aggregateId }: CommandRequest): Promise<boolean> {
  if (requestId === null) return false;
  try {
    return await wasRequestUsed(pool, aggregateId, requestId);
  } catch (error) {
    if (error instanceof StoreUnavailable) return false;
    throw error;
  }
}

/** The outcome of a command that came before, and need not be sent again. Where Postgres does not answer, `handle` looks later. */
async function findDecided(pool: Pool, { commandId, aggregateId }: Command): Promise<Outcome | null> {
  try {
    const [outcome] = await findOutcomes(pool, [commandId]);
    return outcome?.aggregateId === aggregateId ? outcome : null;
  } catch (error) {
    if (error instanceof StoreUnavailable) return null;
    throw error;
  }
}

function toMessage(command: Command, more: Header): CommandMessage {
  const { name, commandId, requestId, ownerId, spaceId, expectedVersion, attempt, body } = command;
  const header = { ...command.header, ...more };
  return { name, commandId, requestId, ownerId, spaceId, expectedVersion, attempt, header, body };
}

/** Bytes of a message as JSON. @throws GatewayError where those are more than what can be carried */
function checkedSize(message: CommandMessage): number {
  const size = Buffer.byteLength(JSON.stringify(message));
  if (size <= MAX_MESSAGE) return size;
  throw new GatewayError('PayloadTooLarge', `The command is ${size} bytes large: at most ${MAX_MESSAGE} are possible.`);
}

/** What the event store keeps of a wait (contract 4.5), and where the answer goes. */
function waitHeader(commandId: string, wait: WaitPlan, endpoint: string): Header {
  const isFunctionStage = !['SENT', 'PROCESSED', 'SNAPSHOT'].includes(wait.stage);
  return {
    command_wait_id: commandId,
    command_wait_endpoint: endpoint,
    command_wait_stage: wait.stage,
    ...(isFunctionStage
      ? {
          command_wait_context: wait.function.contextName,
          command_wait_processor: wait.function.processorName,
          command_wait_function: wait.function.name,
        }
      : {}),
    ...(wait.tail === null
      ? {}
      : {
          command_wait_tail_stage: wait.tail.stage,
          command_wait_tail_context: wait.tail.function.contextName,
          command_wait_tail_processor: wait.tail.function.processorName,
          command_wait_tail_function: wait.tail.function.name,
        }),
  };
}
