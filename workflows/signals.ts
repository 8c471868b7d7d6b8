import { defineSignal, setDefaultSignalHandler, setHandler, uuid4 } from '@temporalio/workflow';
import type { CommandMessage, CommandName } from '../src/domain/index.ts';
import { SYNC } from './signal-names.ts';

type SignalName = Exclude<CommandName, 'create_execution_failed'> | typeof SYNC;

/** What the Temporal Web UI says about each signal to somebody who is about to send one by hand. */
const SIGNALS: Readonly<Record<SignalName, string>> = {
  prepare_compensation: 'Retry now, while retries are left. Input: none.',
  force_prepare_compensation: 'Retry now, even if no retries are left. Input: none.',
  apply_execution_success: 'Report that the retry succeeded. Input: {"executeAt": <epoch ms>}.',
  apply_execution_failed: 'Report that the retry failed. Input: {"error": {…}, "executeAt": <epoch ms>}.',
  apply_retry_spec:
    'Change the retry spec. Input: {"maxRetries": 10, "minBackoff": 180, "executionTimeout": 120} (seconds).',
  change_function:
    'Change the function that is retried. Input: {"functionKind": "EVENT", "contextName": …, "processorName": …, "name": …}.',
  mark_recoverable:
    'Input: {"recoverable": "RECOVERABLE" | "UNRECOVERABLE" | "UNKNOWN"}; UNRECOVERABLE stops automatic retries.',
  default_delete_aggregate: 'Delete the record: it is hidden and no longer retried. Input: none.',
  default_recover_aggregate: 'Bring a deleted record back. Input: none.',
  default_apply_resource_tags: 'Replace the tags. Input: {"tags": {"key": ["value"]}}.',
  [SYNC]: 'Look at the record in Postgres again and re-arm the timer. Input: none.',
};

/**
 * Passes every signal on in the order of arrival. The default handler has to come first: it drains what arrived before
 * the workflow's first task in order, where named handlers would drain one name after the other.
 */
export function receiveSignals(receive: (message: CommandMessage) => void, sync: () => void): void {
  const onSignal = (name: string, input: unknown): void => {
    if (name === SYNC) sync();
    else receive(toMessage(name, input));
  };
  setDefaultSignalHandler((name, ...args) => {
    onSignal(name, args[0]);
  });
  for (const [name, description] of Object.entries(SIGNALS)) {
    setHandler(
      defineSignal<[unknown]>(name),
      (input) => {
        onSignal(name, input);
      },
      { description },
    );
  }
}

/** A signal from the gateway carries its ids; one sent by hand is just a body, or nothing at all. */
function toMessage(name: string, input: unknown): CommandMessage {
  if (isEnvelope(input)) return { ...input, name };
  const id = uuid4();
  return {
    name,
    commandId: id,
    requestId: id,
    ownerId: '',
    spaceId: '',
    expectedVersion: null,
    attempt: null,
    header: { user_agent: 'Temporal' },
    body: input,
  };
}

function isEnvelope(input: unknown): input is CommandMessage {
  return (
    typeof input === 'object' &&
    input !== null &&
    'commandId' in input &&
    typeof input.commandId === 'string' &&
    input.commandId !== ''
  );
}
