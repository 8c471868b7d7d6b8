import { defaultPayloadConverter } from '@temporalio/common';
import type { ActivateInput, WorkflowInterceptors } from '@temporalio/workflow';

/** Names that the SDK keeps for itself: it throws at a signal that bears one. */
const RESERVED_NAMES = '__temporal_';
/** Bodies of the contract have five levels; one of many thousands could not be passed on. */
const MAX_DEPTH = 100;
/** Takes the place of what cannot be read, and is no body of any command. */
const UNREADABLE = 'This signal cannot be read: send JSON.';

type Signal = NonNullable<NonNullable<ActivateInput['activation']['jobs']>[number]['signalWorkflow']>;
type Payload = NonNullable<Signal['input']>[number];

/**
 * Anybody who may send a signal could stop a record with it: where the SDK throws at a signal, the workflow's task fails
 * and is tried again for ever. So what is sent is made readable first; the record refuses it like any other nonsense.
 */
export const interceptors = (): WorkflowInterceptors => ({
  internals: [
    {
      activate(input, next) {
        for (const { signalWorkflow } of input.activation.jobs ?? []) {
          if (signalWorkflow) makeReadable(signalWorkflow);
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

function isReadable(payload: Payload): boolean {
  try {
    return !isDeeper(defaultPayloadConverter.fromPayload(payload), MAX_DEPTH);
  } catch {
    return false;
  }
}

function isDeeper(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return depth === 0 || Object.values(value).some((inner) => isDeeper(inner, depth - 1));
}
