import type { CommandHandler } from '../src/command-handler/index.ts';
import type { Targets } from '../src/dispatch/index.ts';

/** What the activities take from their surroundings. */
export interface ActivityDeps {
  readonly handler: CommandHandler;
  /** The time that records go by, epoch milliseconds. */
  readonly now: () => number;
  readonly targets: Targets;
  /** Told of every attempt that is handed to the target of this name. */
  readonly onDelivered: (target: string) => void;
  /** The Temporal epoch that this worker works in. */
  readonly epoch: () => number;
  /** Under `false` the workflow is given no deadline, so that it arms no timer (AUTO_RETRY=off). */
  readonly autoRetry: boolean;
  /** Whether search attributes follow the status. */
  readonly searchable: () => boolean;
  /** Addresses of a record, and of its page in the Temporal Web UI; null: no address of that is configured. */
  readonly links: { record(id: string): string; workflow(id: string): string | null };
}
