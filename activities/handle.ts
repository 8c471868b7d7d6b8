import type { Entry } from '../src/domain/index.ts';
import { type Target, prepareRetry } from '../src/dispatch/index.ts';
import type { HandleResult } from '../src/command-handler/index.ts';
import type { Attempt, Handled, View } from '../workflows/activities.ts';
import type { ActivityDeps } from './deps.ts';

/** Characters of any text that operators see in the workflow; the whole one is in the record. */
const MAX_TEXT = 300;

type StoredRecord = NonNullable<HandleResult['record']>;

/** Decides and stores, then tells the workflow what follows from it. */
export async function handle(
  deps: ActivityDeps,
  id: string,
  entries: readonly Entry[],
  epoch: number,
): Promise<Handled> {
  const { outcomes, record } = await deps.handler.handle(id, entries, epoch);
  const now = deps.now();
  if (record === null) return { now, outcomes, version: 0, deadline: null, delivery: null, view: null };
  const prepared = prepareRetry(record.snapshot, now);
  const target = deps.targets.forFunction(record.snapshot.state.function);
  return {
    now,
    outcomes,
    version: record.snapshot.version,
    era: record.era,
    deadline: deps.autoRetry ? record.deadline : null,
    delivery: prepared === null ? null : deliveryBy(target, prepared),
    view: viewOf(deps, record, target.kind === 'event' ? null : target.name),
  };
}

function deliveryBy(target: Target, { attempt, deadline }: { attempt: number; deadline: number }): Attempt | null {
  switch (target.kind) {
    case 'event':
      // It learns by itself of what is prepared.
      return null;
    case 'http':
      return { attempt, until: deadline };
    case 'temporal':
      return { attempt, until: deadline, queue: target.taskQueue };
    default:
      return target satisfies never;
  }
}

function viewOf(deps: ActivityDeps, { snapshot }: StoredRecord, target: string | null): View {
  const { state, deleted } = snapshot;
  const { contextName, aggregateName, aggregateId } = state.eventId.aggregateId;
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
    source: excerpt(`${contextName}/${aggregateName}/${aggregateId}`),
    target,
    executeAt: state.executeAt,
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
