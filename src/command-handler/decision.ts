import type { Logger } from 'pino';
import {
  type Command,
  type CommandName,
  type Decision as DomainDecision,
  type DomainEvent,
  type Entry,
  type Outcome,
  type RetrySpec,
  deadline,
  evolve,
  notBeforeAfter,
} from '../domain/index.ts';
import {
  type Client,
  type CreateRecord,
  type GlobalIds,
  type Pool,
  type StoredRecord,
  appendToRecord,
} from '../store/index.ts';
import { nextEventStream } from './event-stream.ts';
import { refusedByDefect } from './refusals.ts';

/** What a decision needs from its surroundings. */
export interface DecisionDeps {
  readonly pool: Pool;
  /** Stores first versions, alone or together with others. */
  readonly createRecord: CreateRecord;
  readonly ids: GlobalIds;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Under `false` nothing is prepared by the timer (AUTO_RETRY=off). */
  readonly autoRetry: boolean;
  readonly retryDefaults: RetrySpec;
  readonly log: Logger;
}

/** One outcome, and the record as it stands right after it (null: there is none). */
export interface Decision {
  readonly outcome: Outcome;
  readonly record: StoredRecord | null;
  readonly name: CommandName | 'unknown';
  readonly origin: Entry['origin'];
  /** Milliseconds from the deadline to the stored prepare; null for anything but an accepted prepare by the timer. */
  readonly lateness: number | null;
  /** The command was decided by an earlier execution, whose outcome this is. */
  readonly isRepeated: boolean;
}

/** Stores the first version of a record. @throws StoreConflict where one of its ids is taken */
export async function storeFirst(
  deps: DecisionDeps,
  command: Command,
  event: DomainEvent,
  now: number,
  epoch: number,
): Promise<StoredVersion> {
  const version = nextVersion(deps, null, command, event, now, epoch);
  await deps.createRecord(version.stream, version.record);
  return version;
}

/** Stores the next version of a record that the transaction has locked. */
export async function storeNext(
  deps: DecisionDeps,
  client: Client,
  record: StoredRecord,
  command: Command,
  event: DomainEvent,
  now: number,
  epoch: number,
): Promise<StoredVersion> {
  const version = nextVersion(deps, record, command, event, now, epoch);
  await appendToRecord(client, version.stream, version.record);
  return version;
}

/** What one command came to, before it is known whose it was. */
export type Settled = Pick<Decision, 'isRepeated' | 'outcome' | 'record'>;

type StoredVersion = ReturnType<typeof nextVersion>;

function nextVersion(
  deps: DecisionDeps,
  record: StoredRecord | null,
  command: Command,
  event: DomainEvent,
  now: number,
  epoch: number,
) {
  const stream = nextEventStream(record?.snapshot ?? null, command, event, now, () => deps.ids.next());
  const snapshot = evolve(record?.snapshot ?? null, stream);
  const notBefore = notBeforeAfter(record?.notBefore ?? null, stream);
  const next: StoredRecord = {
    snapshot,
    notBefore,
    deadline: deadline(snapshot, notBefore),
    engaged: Math.max(record?.engaged ?? 0, epoch),
    era: record?.era,
  };
  const outcome: Outcome = { commandId: command.commandId, version: stream.version, ok: true, streamId: stream.id };
  return { stream, record: next, outcome, isRepeated: false };
}

/** The time of a record's next event: never before its last one, whatever the clocks of two machines say. */
export function timeFor(record: StoredRecord | null, now: number): number {
  return Math.max(now, record?.snapshot.eventTime ?? now);
}

/** Runs the domain. What it throws is a defect of ours; it refuses this command and is logged. */
export function decideSafely({ log }: DecisionDeps, run: () => DomainDecision): DomainDecision {
  try {
    return run();
  } catch (error) {
    log.error({ err: error }, 'the domain could not decide a command');
    return refusedByDefect();
  }
}
