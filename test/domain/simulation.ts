import { nextEventStream } from '../../src/command-handler/event-stream.ts';
import {
  type Command,
  deadline,
  decide,
  duplicateRequest,
  type EventStream,
  evolve,
  notBeforeAfter,
  type Refusal,
  retryId,
  type Snapshot,
} from '../../src/domain/index.ts';
import { command, nextId } from './given.ts';

/** One record on a simulated machine with a simulated clock, decided upon as the command handler does, but without a store. */
export interface Simulation {
  readonly streams: readonly EventStream[];
  readonly record: Snapshot | null;
  readonly notBefore: number | null;
  readonly deadline: number | null;
  /** Epoch milliseconds by the clock of the machine, which may be behind that of the last event. */
  readonly clock: number;
  /** The clock goes on, or back where `ms` is negative: the next command reaches a machine whose clock is behind. */
  shift(ms: number): void;
  /** Undefined: accepted. */
  send(sent: Command): Refusal | undefined;
  /** The timer that was armed at `version` for `due` rings; undefined: it prepared, or came too late to mean anything. */
  ring(version: number, due: number): Refusal | 'superseded' | undefined;
}

export function simulate(start: number): Simulation {
  const streams: EventStream[] = [];
  let record: Snapshot | null = null;
  let notBefore: number | null = null;
  let clock = start;

  function take(sent: Command, at: number): Refusal | undefined {
    if (streams.some(({ requestId }) => requestId === sent.requestId)) return duplicateRequest(sent.requestId);
    const now = Math.max(at, record?.eventTime ?? at);
    const decision = decide(record, sent, now);
    if (!decision.ok) return decision;
    const stream = deepFreeze(nextEventStream(record, sent, decision.event, now, nextId));
    streams.push(stream);
    record = deepFreeze(evolve(record, stream));
    notBefore = notBeforeAfter(notBefore, stream);
    return undefined;
  }

  const currentDeadline = (): number | null => (record === null ? null : deadline(record, notBefore));

  return {
    streams,
    get record() {
      return record;
    },
    get notBefore() {
      return notBefore;
    },
    get deadline() {
      return currentDeadline();
    },
    get clock() {
      return clock;
    },
    shift(ms) {
      clock += ms;
    },
    send: (sent) => take(deepFreeze(sent), clock),
    ring(version, due) {
      const at = Math.max(clock, due);
      const newest = currentDeadline();
      if (record?.version !== version || newest === null || newest > at) return 'superseded';
      const id = retryId(record.aggregateId, version);
      return take(command('prepare_compensation', {}, { commandId: id, requestId: id }), at);
    },
  };
}

/** What is frozen cannot be changed behind our back: an attempt throws. */
function deepFreeze<Value>(value: Value): Value {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    Object.values(value).forEach(deepFreeze);
  }
  return value;
}
