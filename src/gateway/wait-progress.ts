import type { WaitFunction, WaitPlan, WaitSignal, WaitStage } from './messages.ts';

/** What one more signal means to somebody who waits. */
export interface Progress {
  /** Whether it is passed on as a result of its own. */
  readonly shown: boolean;
  /** Whether the wait is over. */
  readonly done: boolean;
}

const IGNORED: Progress = { shown: false, done: false };

/**
 * Follows one command to the stage that its caller waits for (contract 2.1 and 2.10). Signals may come in any order;
 * every stage behind PROCESSED needs PROCESSED as well, and a failure of an earlier stage ends the wait at once.
 */
export function createWaitProgress(commandId: string, plan: WaitPlan): (signal: WaitSignal) => Progress {
  let processed = false;
  let reached = plan.stage === 'PROCESSED';
  /** The commands that a saga has sent; null: none has reported yet. */
  let chain: readonly string[] | null = null;
  /** Commands that have reached the stage of the tail. */
  const arrived = new Set<string>();
  const isChainDone = (): boolean => chain?.every((id) => arrived.has(id)) === true;
  const isDone = (): boolean => processed && reached && (plan.tail === null || isChainDone());

  return (signal) => {
    if (signal.commandId !== commandId) {
      if (plan.tail === null) return IGNORED;
      const isThere = isAbout(signal, plan.tail.stage, plan.tail.function);
      if (!isThere && (signal.stage !== 'PROCESSED' || plan.tail.stage === 'SENT')) return IGNORED;
      if (signal.errorCode !== 'Ok') return { shown: true, done: true };
      if (isThere) arrived.add(signal.commandId);
      return { shown: true, done: isDone() };
    }
    if (signal.stage === 'PROCESSED') processed = true;
    else if (!isAbout(signal, plan.stage, plan.function)) return IGNORED;
    if (signal.errorCode !== 'Ok') return { shown: true, done: true };
    // A projection may report more than once; only its last report counts.
    if (signal.stage === plan.stage && (signal.stage !== 'PROJECTED' || signal.isLastProjection)) reached = true;
    if (signal.stage === 'SAGA_HANDLED') chain ??= signal.commands;
    return { shown: true, done: isDone() };
  };
}

/** Stages that name a function only hear of that one; a blank part of the plan matches anything. */
function isAbout(signal: WaitSignal, stage: WaitStage, wanted: WaitFunction): boolean {
  if (signal.stage !== stage) return false;
  if (stage === 'SENT' || stage === 'PROCESSED' || stage === 'SNAPSHOT') return true;
  const { contextName, processorName, name } = signal.function;
  return (
    matches(wanted.contextName, contextName) &&
    matches(wanted.processorName, processorName) &&
    matches(wanted.name, name)
  );
}

const matches = (wanted: string, actual: string): boolean => wanted.trim() === '' || wanted === actual;
