import type { Header } from '../domain/index.ts';
import { WAIT_STAGES, type WaitStage } from './messages.ts';

/** What the sender of a command waits for, in another service. */
export interface SenderWait {
  /** The command that is waited for: this one, or the one that made a saga send it. */
  readonly commandId: string;
  readonly endpoint: string;
  readonly stage: WaitStage;
}

/**
 * Reads the wait keys of a command's header. Null: nobody waits, or nobody says where and for what. A chain waits for
 * the saga that its event reaches; the command that this saga sends brings only the tail of the wait.
 */
export function readSenderWait(header: Header): SenderWait | null {
  const commandId = header['command_wait_id'];
  const endpoint = header['command_wait_endpoint'];
  const tail = header['command_wait_tail_stage'];
  const isChain = header['command_wait_chain'] === 'simple' && tail !== undefined;
  const named = isChain ? 'SAGA_HANDLED' : (header['command_wait_stage'] ?? tail);
  const stage = WAIT_STAGES.find((known) => known === named);
  return commandId === undefined || endpoint === undefined || stage === undefined
    ? null
    : { commandId, endpoint, stage };
}
