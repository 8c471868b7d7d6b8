import { defaultPayloadConverter } from '@temporalio/common';
import type { ActivateInput, WorkflowInterceptors } from '@temporalio/workflow';
import { isReadable } from './readable.ts';
import { makeResultReadable } from './untrusted-results.ts';

/** Names that the SDK keeps for itself: it throws at a signal that bears one. */
const RESERVED_NAMES = '__temporal_';
/** Takes the place of what cannot be read, and is no body of any command. */
const UNREADABLE = 'This signal cannot be read: send JSON.';

type Signal = NonNullable<NonNullable<ActivateInput['activation']['jobs']>[number]['signalWorkflow']>;

/**
 * Anybody who may send a signal, or work on the task queue of a target, could stop a record with it: where the SDK throws,
 * the workflow's task fails and is tried again for ever. So what is sent is made readable first; the record refuses it
 * like any other nonsense.
 */
export const interceptors = (): WorkflowInterceptors => ({
  internals: [
    {
      activate(input, next) {
        for (const { signalWorkflow, resolveActivity } of input.activation.jobs ?? []) {
          if (signalWorkflow) makeReadable(signalWorkflow);
          // Local activities are ours.
          if (resolveActivity?.result && resolveActivity.isLocal !== true) makeResultReadable(resolveActivity.result);
        }
        next(input);
      },
    },
  ],
});

function makeReadable(signal: Signal): void {
  if (signal.signalName?.startsWith(RESERVED_NAMES) === true) signal.signalName = `reserved: ${signal.signalName}`;
  if (signal.input?.every(isReadable) === false) signal.input = [defaultPayloadConverter.toPayload(UNREADABLE)];
}
