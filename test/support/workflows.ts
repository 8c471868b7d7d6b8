import type { WorkflowHandle } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import type { CommandMessage } from '../../src/domain/index.ts';
import { workflowId } from '../../src/temporal/names.ts';
import type { System } from './system.ts';

/** The workflow of a record. */
export const workflowOf = ({ temporal }: System, id: string): WorkflowHandle =>
  temporal.workflow.getHandle(workflowId(id));

/** The status of every run that the record's workflow has had, the latest first. */
export async function runsOf({ temporal }: System, id: string): Promise<string[]> {
  const statuses: string[] = [];
  for await (const { status } of temporal.workflow.list({ query: `WorkflowId = '${workflowId(id)}'` })) {
    statuses.push(status.name);
  }
  return statuses;
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
