import { SearchAttributeType, defineSearchAttributeKey } from '@temporalio/common';
import type { Sinks } from '@temporalio/workflow';
import {
  condition,
  proxyLocalActivities,
  proxySinks,
  setDefaultSignalHandler,
  sleep,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';

export type Command = Readonly<{ name: string; commandId: string; body: Record<string, unknown> }>;
export type Outcome = Readonly<{ commandId: string; aggregateId: string; version: number }>;

export interface Activities {
  /** Stores one version for each command; the deadline is in epoch milliseconds. */
  handle(id: string, commands: readonly Command[]): Promise<{ outcomes: Outcome[]; deadline: number }>;
}

interface Replies extends Sinks {
  readonly replies: { send(outcome: Outcome): void };
}

const { replies } = proxySinks<Replies>();
const { handle } = proxyLocalActivities<Activities>({ startToCloseTimeout: '20s', localRetryThreshold: '1s' });

/** One record: a local activity for what has arrived or is due, one timer, and nothing else. */
export async function bare(id: string, create: Command): Promise<void> {
  const inbox = [create];
  setDefaultSignalHandler((_name, command) => void inbox.push(command as Command));
  for (let armed = 0; ;) {
    const { outcomes, deadline } = await handle(id, inbox.splice(0, 32));
    for (const outcome of outcomes) replies.send(outcome);
    if (deadline !== armed) {
      const prepare: Command = { name: 'prepare', commandId: `retry:${id}:${outcomes.at(-1)?.version ?? 0}`, body: {} };
      if (armed > 0) show({ CompensationStatus: 'PREPARED', CompensationWaitsFor: 'TARGET' });
      void sleep(deadline - Date.now(), { summary: 'retry 1 of 10' }).then(() => inbox.push(prepare));
    }
    armed = deadline;
    await condition(() => inbox.length > 0);
  }
}

/** All of them, as they are set at the start. */
function show(changed: Readonly<Record<string, string>>): void {
  const shown = workflowInfo().typedSearchAttributes.getAll();
  upsertSearchAttributes(
    shown.map(({ key: { name }, value }) => ({
      key: defineSearchAttributeKey(name, SearchAttributeType.KEYWORD),
      value: changed[name] ?? String(value),
    })),
  );
}
