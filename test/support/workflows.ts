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

/** Events in the history of the newest run. */
export async function historyLength(system: System, id: string): Promise<number> {
  return (await workflowOf(system, id).describe()).historyLength;
}

/** The id of the command that was signalled last, whether it is decided or not. */
export async function lastSignalledCommand(system: System, id: string): Promise<string> {
  const { events } = await workflowOf(system, id).fetchHistory();
  const signalled = events?.findLast((event) => event.workflowExecutionSignaledEventAttributes);
  const [payload] = signalled?.workflowExecutionSignaledEventAttributes?.input?.payloads ?? [];
  if (payload === undefined) throw new Error(`record ${id} was sent no command yet`);
  return defaultPayloadConverter.fromPayload<CommandMessage>(payload).commandId;
}
