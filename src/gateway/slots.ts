import { GatewayError } from './errors.ts';
import { type Turns, createTurns } from './turns.ts';

/** Signals to one record that may be undecided at a time: Temporal fails a workflow task with more than 100 of them. */
const MAX_IN_FLIGHT = 32;
/** Commands to one record that may queue for a slot. */
const MAX_QUEUED = 256;
/** A slot whose decision is never heard of is free after so many milliseconds. */
const SLOT_TIMEOUT = 30_000;

/** Limits the commands that are on their way to one record. */
export interface Slots {
  /** Waits for a slot, `patience` milliseconds at most. @throws GatewayError TooManyRequests then, or where too many wait already */
  take(id: string, commandId: string, patience: number): Promise<void>;
  /** Frees the slot of a command that is decided, or was never sent. */
  free(commandId: string): void;
}

interface Lane {
  inFlight: number;
  readonly turns: Turns;
}

export function createSlots(): Slots {
  const lanes = new Map<string, Lane>();
  const taken = new Map<string, { readonly id: string; readonly timer: NodeJS.Timeout }>();

  const free = (commandId: string): void => {
    const slot = taken.get(commandId);
    if (slot === undefined) return;
    taken.delete(commandId);
    clearTimeout(slot.timer);
    const lane = lanes.get(slot.id);
    if (lane === undefined) return;
    lane.inFlight -= 1;
    if (!lane.turns.next() && lane.inFlight === 0) lanes.delete(slot.id);
  };

  const occupy = (lane: Lane, id: string, commandId: string): void => {
    lane.inFlight += 1;
    const timer = setTimeout(() => {
      free(commandId);
    }, SLOT_TIMEOUT).unref();
    taken.set(commandId, { id, timer });
  };

  return {
    async take(id, commandId, patience) {
      // Sent once more: the slot of the first time is given back.
      free(commandId);
      const lane = lanes.get(id) ?? { inFlight: 0, turns: createTurns() };
      lanes.set(id, lane);
      if (lane.inFlight < MAX_IN_FLIGHT) {
        occupy(lane, id, commandId);
        return;
      }
      if (lane.turns.waiting() >= MAX_QUEUED) throw tooMany(id, lane);
      await lane.turns.wait(
        patience,
        () => tooMany(id, lane),
        () => {
          occupy(lane, id, commandId);
        },
      );
    },
    free,
  };
}

const tooMany = (id: string, { inFlight, turns }: Lane): GatewayError =>
  new GatewayError(
    'TooManyRequests',
    `${inFlight + turns.waiting()} commands are on their way to record [${id}] already: this one was not sent. Try again in a moment.`,
    { retryAfter: 1 },
  );
