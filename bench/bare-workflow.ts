import type { Sinks } from '@temporalio/workflow';
import { condition, proxyLocalActivities, proxySinks, setDefaultSignalHandler, sleep } from '@temporalio/workflow';

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

/** One record: a local activity for what has arrived, one timer, and nothing else. */
export async function bare(id: string, create: Command): Promise<void> {
  const inbox = [create];
  setDefaultSignalHandler((_name, command) => void inbox.push(command as Command));
  for (let armed = 0; ;) {
    const { outcomes, deadline } = await handle(id, inbox.splice(0, 32));
    for (const outcome of outcomes) replies.send(outcome);
    if (deadline !== armed) void sleep(deadline - Date.now(), { summary: 'retry 1 of 10' });
    armed = deadline;
    await condition(() => inbox.length > 0);
  }
}
