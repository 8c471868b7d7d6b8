import { type WorkflowHandle, WorkflowNotFoundError } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import type { CommandMessage } from '../../src/domain/index.ts';
import { workflowId } from '../../src/temporal/names.ts';
import type { System } from './system.ts';

/** The workflow of a record. */
export const workflowOf = ({ temporal }: System, id: string): WorkflowHandle =>
  temporal.workflow.getHandle(workflowId(id));

/** How the newest run of the record's workflow stands; null: there was never one. */
export async function statusOf(system: System, id: string): Promise<string | null> {
  try {
    return (await workflowOf(system, id).describe()).status.name;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return null;
    throw error;
  }
}

/** The id of the newest run. */
export async function runIdOf(system: System, id: string): Promise<string> {
  return (await workflowOf(system, id).describe()).runId;
}

/** What the history of the newest run holds beside signals and tasks, in order: `activityTaskScheduled` and the like. */
export async function deedsOf(system: System, id: string): Promise<string[]> {
  const { events } = await workflowOf(system, id).fetchHistory();
  const kinds = events?.flatMap((event) => Object.keys(event).filter((key) => key.endsWith('EventAttributes'))) ?? [];
  return kinds
    .map((kind) => kind.replace('EventAttributes', ''))
    .filter((kind) => kind !== 'workflowExecutionSignaled' && !kind.startsWith('workflowTask'));
}

/** How often the activities that the newest run waits for were given to a worker. */
export async function triesOf(system: System, id: string): Promise<number[]> {
  const { raw } = await workflowOf(system, id).describe();
  return (raw.pendingActivities ?? []).map(({ attempt }) => attempt ?? 0);
}

/** The id of the command that was signalled last, whether it is decided or not. */
export async function lastSignalledCommand(system: System, id: string): Promise<string> {
  const { events } = await workflowOf(system, id).fetchHistory();
  const signalled = events?.findLast((event) => event.workflowExecutionSignaledEventAttributes);
  const [payload] = signalled?.workflowExecutionSignaledEventAttributes?.input?.payloads ?? [];
  if (payload === undefined) throw new Error(`record ${id} was sent no command yet`);
  return defaultPayloadConverter.fromPayload<CommandMessage>(payload).commandId;
}
