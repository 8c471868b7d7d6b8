import type { Logger } from 'pino';
import { type RetrySpec, cutMiddle } from '../../domain/index.ts';
import { type CommandIntake, GatewayError } from '../../gateway/index.ts';
import { kafkaReason } from '../reason.ts';
import { readCommandRecord } from './command-record.ts';
import type { DeadLetters } from './dead-letters.ts';
import { createGate } from './gate.ts';
import { createLanes } from './lanes.ts';
import { untilDone } from './patience.ts';
import type { TakenRecord } from './taken-record.ts';

/** Commands that are on their way to their records at once. */
const MAX_AT_ONCE = 64;
/** Milliseconds for the outcome of a command that was sent; then it is sent again. Longer than its slot is kept. */
const PATIENCE = 35_000;

/** Bytes of a reason: it may quote what the sender has written, which may be as large as a record. */
const MAX_REASON = 1_024;

/** What became of a record: its command's result, or why there was none. */
export type Intaken = 'accepted' | 'refused' | 'dropped' | 'dead letter';

export interface IntakeDeps {
  readonly gateway: CommandIntake;
  readonly deadLetters: DeadLetters;
  readonly retryDefaults: RetrySpec;
  /** Told of every record once it is processed, and of every try that has to be repeated, for whoever counts. */
  readonly onProcessed: (what: Intaken) => void;
  readonly onRepeated: (reason: string) => void;
  readonly log: Logger;
}

/** Processes records: those with the same key in their order, many others at once. */
export interface Intake {
  /** Processes a record until it is done, or until `ended`; only then it may be forgotten by the group. */
  take(record: TakenRecord, ended: AbortSignal, done: () => void): void;
  /** Commands that are on their way right now. */
  inFlight(): number;
  /** Begins nothing more, and waits for what is on its way. */
  close(): Promise<void>;
}

export function createIntake(deps: IntakeDeps): Intake {
  const lanes = createLanes();
  const gate = createGate(MAX_AT_ONCE);
  let isClosed = false;

  const process = async (record: TakenRecord, ended: AbortSignal): Promise<Intaken | null> => {
    const reading = readCommandRecord(record, deps.retryDefaults);
    if (reading.kind === 'dropped') return 'dropped';
    let reason = reading.kind === 'unreadable' ? reading.reason : null;
    if (reading.kind === 'command') {
      const send = async () =>
        isClosed || ended.aborted ? null : deps.gateway.process(reading.command, PATIENCE, ended);
      try {
        const result = await untilDone(() => gate.pass(send), ended, repeatable(deps, record));
        if (result !== null) return result.succeeded ? 'accepted' : 'refused';
      } catch (error) {
        if (!(error instanceof GatewayError)) throw error;
        reason = error.message;
      }
    }
    return reason === null ? null : bury(deps, record, cutMiddle(reason, MAX_REASON), ended);
  };

  return {
    take(record, ended, done) {
      lanes.queue(record.key?.toString() ?? '', async () => {
        if (isClosed || ended.aborted) return;
        const what = await process(record, ended);
        if (what === null) return;
        done();
        deps.onProcessed(what);
      });
    },
    inFlight: () => gate.inside(),
    async close() {
      isClosed = true;
      await gate.empty();
    },
  };
}

/** Decides whether a command may be sent once more: always, but where it will never be taken. @throws GatewayError */
function repeatable({ log, onRepeated }: IntakeDeps, { partition, offset }: TakenRecord) {
  return (error: unknown): void => {
    if (!(error instanceof GatewayError)) log.error({ err: error, partition, offset }, 'cannot process a command yet');
    else if (error.code === 'PayloadTooLarge' || error.code === 'IllegalArgument') throw error;
    onRepeated(error instanceof Error ? error.message : String(error));
  };
}

async function bury(
  { deadLetters, onRepeated, log }: IntakeDeps,
  record: TakenRecord,
  reason: string,
  ended: AbortSignal,
): Promise<'dead letter' | null> {
  const { partition, offset } = record;
  log.warn({ partition, offset, reason }, 'a record of the command topic is none: it goes to the dead letters');
  const buried = await untilDone(
    () => deadLetters.bury(record, reason).then(() => true),
    ended,
    (error) => {
      onRepeated(`Dead letters cannot be written: ${kafkaReason(error)}`);
    },
  );
  return buried === null ? null : 'dead letter';
}
