import type { Entry } from '../src/domain/index.ts';
import { type PreparedRetry, type Targets, prepareRetry } from '../src/dispatch/index.ts';
import type { HandleResult } from '../src/command-handler/index.ts';
import type { Handled, View } from '../workflows/activities.ts';
import type { ActivityDeps } from './deps.ts';

/** Characters of any text that operators see in the workflow; the whole one is in the record. */
const MAX_TEXT = 300;

type StoredRecord = NonNullable<HandleResult['record']>;

/** Decides and stores, then tells the workflow what follows from it. */
export async function handle(deps: ActivityDeps, id: string, entries: readonly Entry[]): Promise<Handled> {
  const { outcomes, record } = await deps.handler.handle(id, entries, deps.epoch());
  if (record === null) return { outcomes, version: 0, deadline: null, delivery: null, view: null };
  const prepared = prepareRetry(record.snapshot, Date.now());
  return {
    outcomes,
    version: record.snapshot.version,
    deadline: deps.autoRetry ? record.deadline : null,
    delivery:
      prepared !== null && isPushed(deps.targets, prepared)
        ? { attempt: prepared.attempt, until: prepared.deadline }
        : null,
    view: viewOf(deps, record),
  };
}

/** Whether somebody is to be called; an `event` target reads what is prepared by itself. */
function isPushed(targets: Targets, prepared: PreparedRetry): boolean {
  return targets.forFunction(prepared.function).kind !== 'event';
}

function viewOf(deps: ActivityDeps, { snapshot }: StoredRecord): View {
  const { state, deleted } = snapshot;
  return {
    status: state.status,
    deleted,
    recoverable: state.recoverable,
    function: {
      functionKind: state.function.functionKind,
      contextName: cut(state.function.contextName),
      processorName: cut(state.function.processorName),
      name: cut(state.function.name),
    },
    errorCode: excerpt(state.error.errorCode),
    errorMsg: excerpt(state.error.errorMsg),
    retries: state.retryState.retries,
    maxRetries: state.retrySpec.maxRetries,
    timeoutAt: state.retryState.timeoutAt,
    link: deps.links.record(state.id),
    searchable: deps.searchable(),
  };
}

const cut = (text: string): string => text.slice(0, MAX_TEXT).toWellFormed();

const excerpt = (text: string): string => cut(text).replaceAll(/\s+/g, ' ');
